import { SCRIPT } from './page-script.ts';
import { STYLE } from './page-style.ts';

const CART =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%230f766e'/%3E%3Cpath d='M7 10h18l-2.2 10.5H10.2z' fill='none' stroke='%23fff' stroke-width='2.4' stroke-linejoin='round'/%3E%3Ccircle cx='12.5' cy='25' r='1.9' fill='%23fff'/%3E%3Ccircle cx='20.5' cy='25' r='1.9' fill='%23fff'/%3E%3C/svg%3E";

/**
 * The shop's page: one document, nothing from elsewhere. It stands in TypeScript because the build copies no other files; the
 * browser asks `/api/state` for what it shows.
 */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Acme Shop · Tracefall sample</title>
<link rel="icon" href="${CART}">
<style>${STYLE}</style>
</head>
<body>
<header>
  <img src="${CART}" alt="" width="40" height="40">
  <div>
    <h1>Acme Shop</h1>
    <p>A small order pipeline under real OpenTelemetry. Break it, then look at <b>#incidents</b> in Slack.</p>
  </div>
  <button id="order" class="primary" type="button">Place an order</button>
</header>
<main>
  <section aria-labelledby="line-title">
    <h2 id="line-title">How an order travels</h2>
    <div class="card line" id="line">
      <div class="lane"><span class="lane-name">While the customer waits</span><ol id="waiting"></ol></div>
      <div class="lane"><span class="lane-name">Afterwards, through queues</span><ol id="afterwards"></ol></div>
    </div>
  </section>
  <section aria-labelledby="faults-title">
    <div class="title-row"><h2 id="faults-title">Break something</h2><button id="mend" class="quiet" type="button" hidden>Mend everything</button></div>
    <div class="faults" id="faults"></div>
  </section>
  <section aria-labelledby="orders-title">
    <h2 id="orders-title">Last orders</h2>
    <div class="card table">
      <table>
        <thead><tr><th>Order</th><th>Answer</th><th class="wide">Customer waited</th><th>Where it is</th><th>Trace</th></tr></thead>
        <tbody id="orders"><tr class="none"><td colspan="5">No order yet. Customers come by themselves, or place one.</td></tr></tbody>
      </table>
    </div>
  </section>
</main>
<p id="lost" role="status" hidden>The shop is closed. Start it again with <code>npm start</code>.</p>
<script>${SCRIPT}</script>
</body>
</html>
`;
