// The results: an index that is opened at once, and blocks of cases that are opened when one of them is looked at.

const verdicts = [
    { key: 'na', icon: 'none', word: 'not applicable', many: 'not applicable' },
    { key: 'pass', icon: 'pass', word: 'pass', many: 'passed' },
    { key: 'expected', icon: 'expected', word: 'expected failure', many: 'failed as expected' },
    { key: 'warn', icon: 'warn', word: 'warning', many: 'with a warning' },
    { key: 'open', icon: 'open', word: 'inconclusive', many: 'inconclusive' },
    { key: 'error', icon: 'error', word: 'error', many: 'errors' },
    { key: 'fail', icon: 'fail', word: 'fail', many: 'failed' },
];
const worstFirst = ['fail', 'error', 'open', 'warn', 'expected', 'pass', 'na'];
const verdictNamed = Object.fromEntries(verdicts.map((one) => [one.key, one]));
const verdictOf = {
    'not applicable': 'na',
    pass: 'pass',
    'expected failure': 'expected',
    warn: 'warn',
    inconclusive: 'open',
    error: 'error',
    fail: 'fail',
};
const levels = ['must', 'should', 'may', 'info'];

async function inflate(id) {
    const text = atob(document.getElementById(id).textContent);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
    const opened = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Response(opened).text();
}

// What is looked at again is kept, but not all of it: a run may be larger than a phone.
class Blocks {
    constructor(size) {
        this.size = size;
        this.kept = new Map();
    }
    text(block) {
        return inflate(`b${block}`);
    }
    async caseAt(index) {
        const block = Math.floor(index / this.size);
        if (!this.kept.has(block)) {
            this.kept.set(block, this.text(block).then(JSON.parse));
            if (this.kept.size > 8) this.kept.delete(this.kept.keys().next().value);
        }
        return (await this.kept.get(block))[index % this.size];
    }
}

function readIndex(index) {
    const data = index;
    data.requirements = new Map(data.areas.flatMap((area) => area.requirements.map((one) => [one.id, { ...one, area: area.name }])));
    data.cases = data.cases.map(([scenario, name, verdict, microseconds, planned, executed, passed, reason], number) => ({
        number,
        name,
        microseconds,
        planned,
        executed,
        passed,
        reason,
        verdict: verdicts[verdict].key,
        scenario: data.scenarios[scenario],
    }));
    for (const scenario of data.scenarios)
        scenario.areas = new Set(scenario.requirements.map((id) => data.requirements.get(id)?.area).filter(Boolean));
    data.byName = new Map(data.cases.map((one) => [one.name, one]));
    data.counts = Object.fromEntries(verdicts.map(({ key }) => [key, 0]));
    for (const one of data.cases) data.counts[one.verdict] += 1;
    data.failures.sort((a, b) => worstFirst.indexOf(data.cases[a.first].verdict) - worstFirst.indexOf(data.cases[b.first].verdict));
    data.blocks = new Blocks(data.blockSize);
    standings['binds others'].word = data.run.seat === 'hub' ? "not the device's" : "not the hub's";
    judgeRequirements(data);
    return data;
}

// How a requirement stands after this run, worst first. `held` counts as good, `bad` as broken.
const standings = {
    failed: { icon: 'fail', tone: 'fail', word: 'failed', text: 'A case shows that it is broken.' },
    warned: {
        icon: 'warn',
        tone: 'warn',
        word: 'warned',
        text: 'A case shows that it is not kept; it is no must, or the deviation is known.',
    },
    excused: {
        icon: 'expected',
        tone: 'expected',
        word: 'excused',
        text: 'A case shows that it is broken, and a baseline expects that.',
    },
    undecided: { icon: 'open', tone: 'open', word: 'undecided', text: 'Its cases ran and ended before they could tell.' },
    proven: { icon: 'proven', tone: 'pass', word: 'proven', text: 'It held, and its cases are known to fail where it does not.' },
    covered: { icon: 'pass', tone: 'pass', word: 'covered', text: 'It held; nothing shows that its cases would fail otherwise.' },
    watched: {
        icon: 'pass',
        tone: 'pass',
        word: 'watched',
        text: 'A rule watched for it in every case that ran, and saw it broken in none.',
    },
    'not run': { icon: 'ring', tone: 'na', word: 'not run', text: 'Scenarios verify it; none ran, or none applied.' },
    hole: { icon: 'hole', tone: 'na', word: 'no scenario', text: 'No scenario verifies it.' },
    'left out': { icon: 'none', tone: 'na', word: 'left out', text: 'It could be tested, and is not on purpose.' },
    'not observable': { icon: 'hidden', tone: 'na', word: 'not observable', text: 'Nobody outside can see whether it holds.' },
    'binds others': { icon: 'peer', tone: 'na', word: 'binds others', text: 'It binds the other side, or nobody.' },
};

function judgeRequirements(data) {
    for (const one of data.requirements.values()) one.cases = [];
    for (const one of data.cases) for (const id of one.scenario.requirements) data.requirements.get(id)?.cases.push(one);
    const anyRan = data.counts.na < data.cases.length;
    for (const one of data.requirements.values()) one.state = stateOf(one, anyRan);
}

const afterRun = { broken: 'failed', 'held with a warning': 'warned', 'broken as expected': 'excused', open: 'undecided' };
const beforeRun = { 'not covered': 'hole', "not the hub's": 'binds others', proven: 'not run', 'covered, not proven': 'not run' };

// What the run says of it; else what is known of it without one.
function stateOf(one, anyRan) {
    if (one.seen === 'held') return one.standing === 'proven' ? 'proven' : 'covered';
    if (one.seen) return afterRun[one.seen];
    if (anyRan && one.scenarios.some((name) => name.startsWith('rule '))) return 'watched';
    return one.cases.length > 0 ? 'not run' : (beforeRun[one.standing] ?? one.standing);
}
