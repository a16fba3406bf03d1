// All cases that the filter lets through. Only the rows that can be seen exist.

function matches(one, route, words) {
    if (route.verdict && !route.verdict.split(',').includes(one.verdict)) return false;
    if (route.area && !one.scenario.areas.has(route.area)) return false;
    if (route.level && one.scenario.level !== route.level) return false;
    if (words.length === 0) return true;
    one.words ??=
        `${one.name} ${one.scenario.title} ${one.scenario.requirements.join(' ')} ${one.scenario.tags.join(' ')} ${one.reason}`.toLowerCase();
    return words.every((word) => one.words.includes(word));
}

function select(data, route) {
    const words = (route.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const found = data.inPackets?.q === route.q ? data.inPackets?.found : null;
    return data.cases.filter((one) => (found?.has(one.number) && matches(one, route, [])) || matches(one, route, words));
}

// Looks for text in the conversations themselves; every block is opened once, and none is kept.
async function searchPackets(data, text, progress) {
    const found = new Set();
    const wanted = text.toLowerCase();
    const blocks = Math.ceil(data.cases.length / data.blockSize);
    for (let block = 0; block < blocks; block += 1) {
        JSON.parse(await data.blocks.text(block)).forEach((one, i) => {
            if (one.trace.some((line) => line.text.toLowerCase().includes(wanted))) found.add(block * data.blockSize + i);
        });
        if (progress(block / blocks) === false) return null;
    }
    return found;
}

function option(value, text, chosen) {
    return h('option', { value, selected: value === chosen }, text);
}

class CaseList {
    constructor(page) {
        this.page = page;
        this.chosen = -1;
        this.rows = new Map();
        this.list = h('div', { class: 'rows', role: 'list', 'aria-label': 'Cases' });
        this.count = h('p', { class: 'muted', id: 'count' });
        this.search = h('input', {
            type: 'search',
            id: 'search',
            placeholder: 'Search names, titles, requirements',
            'aria-label': 'Search',
            'aria-keyshortcuts': '/',
            autocomplete: 'off',
            spellcheck: 'false',
            on: { input: () => this.later(), keydown: (event) => this.typed(event) },
        });
        this.verdict = h('div', { class: 'toggles', role: 'group', 'aria-label': 'Verdict' });
        this.area = h('select', { 'aria-label': 'Area', on: { change: () => this.page.filter({ area: this.area.value }) } });
        this.level = h('select', { 'aria-label': 'Level', on: { change: () => this.page.filter({ level: this.level.value }) } });
        this.packets = h('button', { type: 'button', class: 'button', on: { click: () => this.inPackets() } }, 'Search the packets too');
        this.bar = h(
            'div',
            { class: 'filter' },
            h('div', { class: 'search' }, icon('search'), this.search, h('kbd', { 'aria-hidden': 'true' }, '/')),
            this.verdict,
            h('div', { class: 'selects' }, this.area, this.level),
        );
        this.under = h('div', { class: 'split under' }, this.count, this.packets);
        this.element = h(
            'section',
            { class: 'cases', 'aria-labelledby': 'cases-title' },
            h('h2', { id: 'cases-title' }, 'All cases'),
            this.bar,
            this.under,
            this.list,
        );
        addEventListener('scroll', () => this.element.isConnected && this.draw(), { passive: true });
        addEventListener('resize', () => this.element.isConnected && this.measure());
        addEventListener('beforeprint', () => this.element.isConnected && this.print());
        addEventListener('afterprint', () => this.element.isConnected && this.show());
    }

    // Fills in the filter as the address has it.
    update() {
        const { data, route } = this.page;
        if (document.activeElement !== this.search) this.search.value = route.q ?? '';
        const chosen = route.verdict ? route.verdict.split(',') : [];
        this.verdict.replaceChildren(
            ...worstFirst
                .filter((key) => data.counts[key] > 0)
                .map((key) =>
                    h(
                        'button',
                        {
                            type: 'button',
                            class: `toggle tone-${key}`,
                            'aria-pressed': chosen.includes(key),
                            on: { click: () => this.toggle(key) },
                        },
                        icon(verdictNamed[key].icon),
                        verdictNamed[key].word,
                        ' ',
                        h('span', { class: 'number' }, data.counts[key]),
                    ),
                ),
        );
        const areas = data.areas.filter((area) => data.scenarios.some((one) => one.areas.has(area.name)));
        this.area.replaceChildren(
            option('', 'Every area', route.area ?? ''),
            ...areas.map((area) => option(area.name, `${area.name} – ${shortened(area.title, 44)}`, route.area)),
        );
        this.level.replaceChildren(
            option('', 'Every level', route.level ?? ''),
            ...levels
                .filter((level) => data.scenarios.some((one) => one.level === level))
                .map((level) => option(level, level, route.level)),
        );
        this.show();
    }

    show() {
        const { data } = this.page;
        this.shown = this.page.filtered();
        this.chosen = Math.min(this.chosen, this.shown.length - 1);
        const all = data.cases.length;
        this.count.textContent = this.shown.length === all ? plural(all, 'case') : `${this.shown.length} of ${plural(all, 'case')}`;
        if (this.shown.length === 0) this.count.textContent += '. Press Esc to see all of them again.';
        this.packets.hidden = !this.page.route.q;
        this.measure();
    }

    measure() {
        this.height = Number.parseFloat(getComputedStyle(this.list).getPropertyValue('--row')) || 64;
        this.list.style.height = `${(this.shown?.length ?? 0) * this.height}px`;
        this.list.classList.remove('printed');
        this.list.replaceChildren();
        this.rows.clear();
        this.draw();
    }

    draw() {
        if (!this.shown || this.list.classList.contains('printed')) return;
        const top = -this.list.getBoundingClientRect().top;
        const first = Math.max(0, Math.floor(top / this.height) - 8);
        const last = Math.min(this.shown.length, Math.ceil((top + innerHeight) / this.height) + 8);
        const focused = document.activeElement;
        for (const [number, row] of this.rows)
            if ((number < first || number >= last) && row !== focused) {
                row.remove();
                this.rows.delete(number);
            }
        for (let number = first; number < last; number += 1) {
            if (this.rows.has(number)) continue;
            const row = this.row(number);
            row.style.transform = `translateY(${number * this.height}px)`;
            this.rows.set(number, row);
            this.list.append(row);
        }
    }

    row(number) {
        const one = this.shown[number];
        const { base, axes } = nameParts(one.name);
        return h(
            'div',
            {
                role: 'listitem',
                class: `row-item ${number === this.chosen ? 'selected' : ''}`,
                'aria-setsize': this.shown.length,
                'aria-posinset': number + 1,
            },
            h(
                'a',
                { href: routeTo({ case: one.name }, this.page.route) },
                badge(one.verdict),
                h(
                    'span',
                    { class: 'row-text' },
                    h('span', { class: 'row-title' }, shortened(one.scenario.title || base, 160)),
                    h(
                        'span',
                        { class: 'row-name' },
                        h('code', { class: 'data' }, shortened(base, 120)),
                        axes.slice(0, 6).map((axis) => chip(shortened(axis, 40))),
                    ),
                ),
                h('span', { class: 'row-time muted' }, one.verdict === 'na' ? '' : time(one.microseconds)),
            ),
        );
    }

    // A list on paper has all of its rows; more than this nobody prints.
    print() {
        this.list.classList.add('printed');
        this.list.style.height = 'auto';
        this.list.replaceChildren(...this.shown.slice(0, 2000).map((_, number) => this.row(number)));
    }

    toggle(key) {
        const chosen = new Set((this.page.route.verdict ?? '').split(',').filter(Boolean));
        if (!chosen.delete(key)) chosen.add(key);
        this.page.filter({ verdict: worstFirst.filter((each) => chosen.has(each)).join(',') });
    }

    later() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.page.filter({ q: this.search.value.trim() }), 120);
    }

    typed(event) {
        if (event.key === 'Enter' || event.key === 'ArrowDown') {
            event.preventDefault();
            this.search.blur();
            this.move(1);
        }
    }

    async inPackets() {
        const { q } = this.page.route;
        const { data } = this.page;
        this.packets.disabled = true;
        const found = await searchPackets(data, q, (done) => {
            this.packets.textContent = `Searching: ${Math.round(done * 100)} %`;
            return this.page.route.q === q;
        });
        this.packets.disabled = false;
        this.packets.textContent = 'Search the packets too';
        if (!found) return;
        data.inPackets = { q, found };
        this.page.forget();
        this.show();
        this.count.textContent += `; ${found.size} have it in their packets`;
        say(this.count.textContent);
    }

    move(by) {
        if (!this.shown?.length) return;
        this.chosen = Math.min(this.shown.length - 1, Math.max(0, this.chosen + by));
        const top = this.list.getBoundingClientRect().top + scrollY + this.chosen * this.height;
        const bar = this.bar.getBoundingClientRect().bottom + 8;
        if (top - scrollY < bar) scrollTo({ top: top - bar });
        else if (top + this.height > scrollY + innerHeight) scrollTo({ top: top + this.height - innerHeight + 12 });
        this.draw();
        for (const [number, row] of this.rows) row.classList.toggle('selected', number === this.chosen);
        this.rows.get(this.chosen)?.firstChild.focus({ preventScroll: true });
    }

    key(key) {
        if (key === 'j' || key === 'ArrowDown') return (this.move(1), true);
        if (key === 'k' || key === 'ArrowUp') return (this.move(-1), true);
        if (key === '/') return (this.element.scrollIntoView(), this.search.focus({ preventScroll: true }), this.search.select(), true);
        if (key === 'Escape') return (this.page.filter({ q: '', verdict: '', area: '', level: '' }), true);
        return false;
    }
}
