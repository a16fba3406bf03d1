// Debian's Chromium with a page of a file in it, which may not want anything else.

import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

import { patience } from './hub.mjs';

const silent = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function startBrowser() {
  const executablePath = process.env.HUBSPEC_CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) throw new Error(`there is no ${executablePath}: install what tools/packages.txt names`);
  return chromium.launch({ executablePath, args: silent });
}

export const sizes = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };

// Opens a report. `problems` gets what the console says, what is thrown and what is asked of anywhere but the file.
export async function openReport(browser, file, hash = '', { size = sizes.desk, scheme = 'light', ...options } = {}) {
  const page = await browser.newPage({ viewport: size, colorScheme: scheme, ...options });
  const address = pathToFileURL(file).href;
  page.setDefaultTimeout(patience);
  page.problems = [];
  page.on('console', (message) => page.problems.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => page.problems.push(`thrown: ${error.stack}`));
  page.on('dialog', (dialog) => (page.problems.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on(
    'request',
    (request) => request.url().split('#')[0] !== address && page.problems.push(`asked for: ${request.url().slice(0, 200)}`),
  );
  page.file = address;
  await go(page, hash);
  return page;
}

// Another address of the same page, read anew.
export async function go(page, hash) {
  await page.goto('about:blank');
  await page.goto(page.file + hash);
  await page.waitForSelector('html[data-ready]');
}

// Text that is too faint for its ground, or too small: "3.9 #888 on #fff: words".
export const faintTexts = (page) =>
  page.evaluate(() => {
    // Chromium writes mixed colours as color(srgb 0.9 0.9 0.9 / 0.8).
    const numbers = (colour) =>
      (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map((one, i) => (i < 3 && colour.startsWith('color(') ? one * 255 : Number(one)));
    const alpha = (colour) => (numbers(colour).length > 3 ? numbers(colour)[3] : 1);
    const light = (colour) => {
      const [r, g, b] = numbers(colour)
        .slice(0, 3)
        .map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element) => {
      for (let one = element; one; one = one.parentElement) {
        const colour = getComputedStyle(one).backgroundColor;
        if (alpha(colour) > 0.8) return colour;
      }
      return 'rgb(255, 255, 255)';
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (
        !node.data.trim() ||
        !element.checkVisibility() ||
        /SCRIPT|STYLE|OPTION/.test(element.tagName) ||
        element.closest('.visually-hidden, .skip')
      )
        continue;
      const style = getComputedStyle(element);
      const svg = element instanceof SVGElement;
      // A line's text lies on the pin, on the lane's head or on the diagram.
      const under = svg ? element.parentElement.querySelector('rect.lane-head, .pin > rect') : null;
      const ground =
        svg && element.closest('.pin')
          ? getComputedStyle(element.closest('.pin').querySelector('rect')).fill
          : svg && element.matches('.lane-title:not(.muted)') && under
            ? getComputedStyle(under).fill
            : groundOf(svg ? element.closest('svg').parentElement : element);
      const colour = svg ? style.fill : style.color;
      const [a, b] = [light(colour), light(ground)].sort((x, y) => y - x);
      const contrast = (a + 0.05) / (b + 0.05);
      if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${colour} on ${ground}: ${node.data.trim().slice(0, 60)}`);
    }
    return [...new Set(faint)];
  });
