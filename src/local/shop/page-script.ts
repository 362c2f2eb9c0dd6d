/** The page's script. Everything that comes from the shop is set as text, never as markup. */
export const SCRIPT = `
'use strict';
const byId = (id) => document.getElementById(id);
const make = (tag, props, ...children) => {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
};

/* What stands on the line, and which fault breaks it. */
const LINE = {
  waiting: [
    { name: 'shop-api' },
    { name: 'checkout-fn' },
    { name: 'inventory-fn', fault: 'slow-inventory' },
    { name: 'payment-fn', beside: true },
    { name: 'psp.example', outside: true, fault: 'payment-declines' },
    { name: 'DynamoDB orders', beside: true, outside: true },
  ],
  afterwards: [
    { name: 'orders-queue', count: 'depth' },
    { name: 'fulfilment-fn', fault: ['function-timeout', 'poison-message'] },
    { name: 'order-events', outside: true },
    { name: 'notification-fn', fault: 'out-of-memory' },
    { name: 'dead letters', beside: true, outside: true, count: 'dead' },
  ],
};

const STAGES = {
  placing: ['being placed', 'plain'],
  queued: ['in the queue', 'plain'],
  shipped: ['shipped', 'plain'],
  notified: ['shipped, customer told', 'good'],
  refused: ['refused', 'bad'],
  unnotified: ['shipped, customer not told', 'bad'],
  'dead-letter': ['dead letter', 'bad'],
};

const SLOW_MS = 1000;
let faultsOn = new Set();

function drawLine(queue) {
  for (const [lane, stops] of Object.entries(LINE)) {
    byId(lane).replaceChildren(...stops.map((stop) => {
      const isBroken = [stop.fault].flat().some((fault) => faultsOn.has(fault));
      const box = make('span', {}, stop.name);
      const count = stop.count ? queue[stop.count] : 0;
      if (count > 0) box.append(make('span', { className: stop.count === 'dead' ? 'count dead' : 'count', title: count + ' messages' }, String(count)));
      const kinds = [['beside', stop.beside], ['outside', stop.outside], ['broken', isBroken]].filter(([, is]) => is).map(([kind]) => kind);
      return make('li', { className: ['stop', ...kinds].join(' ') }, box);
    }));
  }
}

function drawFaults(faults) {
  const shelf = byId('faults');
  if (shelf.children.length === 0) {
    shelf.append(...faults.map(({ fault, title, story }) => {
      const text = make('span', {}, make('b', {}, title), make('small', {}, story));
      const button = make('button', { type: 'button', className: 'fault', id: 'fault-' + fault }, make('i', { className: 'knob' }), text);
      button.setAttribute('role', 'switch');
      button.addEventListener('click', () => wish(fault, !faultsOn.has(fault)));
      return button;
    }));
  }
  for (const { fault, on } of faults) byId('fault-' + fault).setAttribute('aria-checked', String(on));
  byId('mend').hidden = faultsOn.size === 0;
}

const spelled = (ms) => (ms < 995 ? Math.round(ms) + ' ms' : (ms / 1000).toFixed(2) + ' s');

function answerCells({ answer }, longest) {
  if (!answer) return [make('span', { className: 'pill plain' }, '…'), ''];
  const isRefused = answer.status >= 400;
  const pill = make('span', { className: 'pill ' + (isRefused ? 'bad' : 'good') }, String(answer.status));
  const bar = make('i', {});
  bar.style.width = (100 * answer.durationMs) / longest + '%';
  const look = isRefused ? ' lost' : answer.durationMs > SLOW_MS ? ' long' : '';
  return [pill, make('div', { className: 'wait' + look }, make('div', { className: 'bar' }, bar), spelled(answer.durationMs))];
}

function stageCell({ stage, attempts }) {
  const [words, look] = stage === 'queued' && attempts > 0 ? tried(attempts) : STAGES[stage] || [stage, 'plain'];
  return make('span', { className: 'pill ' + look }, words);
}

const tried = (attempts) => (attempts === 1 ? ['being packed', 'plain'] : ['delivery ' + attempts + ' of 3', 'slow']);

function traceCell({ traceId }) {
  const copy = make('button', { type: 'button', className: 'quiet', title: 'Copy "/trace ' + traceId + '" for Slack' }, 'Copy');
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText('/trace ' + traceId);
    copy.textContent = 'Copied';
    copy.dataset.until = String(Date.now() + 1500);
    setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
  });
  return make('span', { className: 'trace' }, make('code', { title: traceId }, traceId.slice(0, 12) + '…'), copy);
}

let shown = '';
function drawOrders(orders) {
  /* Redrawn only when something changed, so that a button is not taken from under the pointer. */
  const now = JSON.stringify(orders);
  if (orders.length === 0 || now === shown) return;
  shown = now;
  const longest = Math.max(...orders.map(({ answer }) => (answer ? answer.durationMs : 0)), SLOW_MS / 2);
  byId('orders').replaceChildren(...orders.map((order) => {
    const price = '€' + (order.cents / 100).toFixed(2);
    const what = make('div', {}, order.id, make('small', { title: order.items }, price + ', ' + order.items));
    const cells = [what, ...answerCells(order, longest), stageCell(order), traceCell(order)];
    return make('tr', {}, ...cells.map((cell) => make('td', {}, cell)));
  }));
}

function draw(state) {
  faultsOn = new Set(state.faults.filter(({ on }) => on).map(({ fault }) => fault));
  drawLine(state.queue);
  drawFaults(state.faults);
  drawOrders(state.orders);
  byId('lost').hidden = true;
}

async function ask(path, options) {
  const response = await fetch(path, options);
  return response.json();
}

async function wish(fault, on) {
  const headers = { 'content-type': 'application/json' };
  draw(await ask('/api/faults', { method: 'POST', headers, body: JSON.stringify({ fault, on }) }));
}

async function refresh() {
  try {
    draw(await ask('/api/state'));
  } catch {
    byId('lost').hidden = false;
  }
}

byId('mend').addEventListener('click', () => wish('all', false));
byId('order').addEventListener('click', async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  button.textContent = 'Ordering…';
  await ask('/orders', { method: 'POST' }).catch(() => undefined);
  button.disabled = false;
  button.textContent = 'Place an order';
  await refresh();
});

refresh();
setInterval(refresh, 700);
`;
