/** The page's style. Colours of state are doubled by words, for those who see them alike. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f4; --card: #fff; --ink: #1b211f; --soft: #66706c; --line: #e0e4e1; --faint: #eef1ef;
  --accent: #0f766e; --accent-deep: #0b5d57; --on-accent: #fff; --knob: #fff; --track: #c9d0cc;
  --good: #15803d; --good-soft: #dcf5e4; --bad: #b42318; --bad-soft: #fdeae7; --slow: #a15c07; --slow-soft: #fdf1dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121615; --card: #1b2120; --ink: #e8edeb; --soft: #98a39f; --line: #2c3432; --faint: #232a28;
    --accent: #2ba89c; --accent-deep: #3fc2b5; --on-accent: #06201d; --knob: #d5ddda; --track: #3c4643;
    --good: #5fd38a; --good-soft: #16351f; --bad: #ff8f82; --bad-soft: #401b17; --slow: #f0b35a; --slow-soft: #3b2a0f;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; padding: 28px 28px 48px; max-width: 1120px; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif;
}
header { display: flex; align-items: center; gap: 16px; margin-bottom: 26px; }
header > div { flex: 1; }
h1 { margin: 0; font-size: 24px; line-height: 1.2; letter-spacing: -0.02em; }
header p { margin: 2px 0 0; color: var(--soft); }
h2 { margin: 0 0 10px; font-size: 13px; font-weight: 600; color: var(--soft); }
section { margin-bottom: 26px; }
.title-row { display: flex; justify-content: space-between; align-items: baseline; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
button { font: inherit; cursor: pointer; border-radius: 9px; border: 1px solid transparent; }
button:focus-visible, [role=switch]:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 45%, transparent); outline-offset: 2px; }
.primary { padding: 11px 20px; font-weight: 600; color: var(--on-accent); background: var(--accent); }
.primary:hover { background: var(--accent-deep); }
.primary:disabled { opacity: 0.65; cursor: progress; }
.quiet { padding: 3px 10px; font-size: 13px; color: var(--ink); background: none; border-color: var(--line); }
.quiet:hover { background: var(--faint); }

.line { padding: 6px 18px; }
.lane { display: flex; align-items: center; gap: 18px; padding: 11px 0; }
.lane + .lane { border-top: 1px solid var(--line); }
.lane-name { flex: 0 0 116px; font-size: 13px; line-height: 1.35; color: var(--soft); }
ol { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 0; list-style: none; margin: 0; padding: 0; }
.stop { display: flex; align-items: center; }
.stop:not(:first-child)::before { content: ''; width: 22px; height: 0; border-top: 1.5px solid var(--line); }
.stop.beside:not(:first-child)::before { width: 8px; border: 0; }
.stop > span {
  display: inline-flex; align-items: center; gap: 7px; padding: 5px 11px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--faint); white-space: nowrap; font-size: 14px;
}
.stop.outside > span { background: none; border-style: dashed; color: var(--soft); }
.stop.broken > span { border-color: var(--bad); background: var(--bad-soft); color: var(--bad); font-weight: 600; }
.count { min-width: 20px; padding: 0 6px; border-radius: 10px; background: var(--accent); color: var(--on-accent); font-size: 12px; text-align: center; font-weight: 600; }
.count.dead { background: var(--bad); color: var(--card); }

.faults { display: grid; grid-template-columns: repeat(6, 1fr); gap: 10px; }
.faults > * { grid-column: span 2; }
.faults > :nth-child(n + 4) { grid-column: span 3; }
.fault {
  display: flex; gap: 14px; align-items: flex-start; text-align: left; padding: 14px 16px; background: var(--card);
  border: 1px solid var(--line); border-radius: 12px; color: inherit;
}
.fault:hover { border-color: var(--soft); }
.fault b { display: block; font-weight: 600; }
.fault small { display: block; margin-top: 2px; font-size: 13px; line-height: 1.42; color: var(--soft); }
.fault > span { flex: 1; }
.knob { flex: 0 0 38px; height: 22px; margin-top: 1px; border-radius: 11px; background: var(--track); position: relative; transition: background 0.15s; }
.knob::after {
  content: ''; position: absolute; top: 3px; left: 3px; width: 16px; height: 16px; border-radius: 50%; background: var(--knob);
  box-shadow: 0 1px 2px rgb(0 0 0 / 0.25); transition: transform 0.15s;
}
.fault[aria-checked=true] { border-color: var(--bad); background: var(--bad-soft); }
.fault[aria-checked=true] small { color: inherit; }
.fault[aria-checked=true] .knob { background: var(--bad); }
.fault[aria-checked=true] .knob::after { transform: translateX(16px); }

.table { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th { padding: 10px 16px; font-size: 13px; font-weight: 500; text-align: left; color: var(--soft); border-bottom: 1px solid var(--line); white-space: nowrap; }
td { padding: 9px 16px; border-bottom: 1px solid var(--line); vertical-align: middle; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
td small { display: block; max-width: 210px; overflow: hidden; text-overflow: ellipsis; font-size: 13px; color: var(--soft); }
.none td { padding: 26px 16px; text-align: center; color: var(--soft); }
.pill { display: inline-block; padding: 1px 9px; border-radius: 10px; font-size: 13px; font-weight: 600; }
.good { color: var(--good); background: var(--good-soft); }
.bad { color: var(--bad); background: var(--bad-soft); }
.slow { color: var(--slow); background: var(--slow-soft); }
.plain { color: var(--soft); background: var(--faint); }
.wide { width: 26%; }
.wait { display: flex; align-items: center; gap: 10px; font-variant-numeric: tabular-nums; }
.wait i { display: block; height: 8px; min-width: 3px; border-radius: 4px; background: var(--accent); opacity: 0.75; }
.wait.long i { background: var(--slow); }
.wait.lost i { background: var(--bad); }
.bar { flex: 1; min-width: 60px; }
.trace { display: inline-flex; align-items: center; gap: 8px; }
code { font: 13px/1.4 ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace; }
#lost { position: fixed; inset: auto 0 0 0; margin: 0; padding: 12px; text-align: center; background: var(--bad); color: var(--card); }
@media (max-width: 860px) {
  .faults > :nth-child(n) { grid-column: span 6; }
}
@media (max-width: 720px) {
  body { padding: 18px 16px 40px; }
  header { flex-wrap: wrap; }
  header .primary { width: 100%; }
  .lane { flex-direction: column; align-items: flex-start; gap: 8px; }
  .lane-name { flex: none; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
