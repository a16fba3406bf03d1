// How many telemetry messages of QoS 1 a hub takes in a second, by what it keeps: nothing, or all in two ways. 10 devices,
// 20 messages of each in flight, 100 bytes in each. No test: it measures.
// usage: node telemetry_rate.mjs PATH-OF-HUBSPEC [SECONDS]

import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { newFolder, once, startHubIn } from './hub.mjs';
import { connectDevice } from './mqtt_device.mjs';

const binary = process.argv[2];
const seconds = Number(process.argv[3] ?? 5);
const names = Array.from({ length: 10 }, (_, i) => `rate-${i}`);
const body = Buffer.alloc(100, 'x');

// Processor time of a process so far, in seconds.
const busy = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

async function measure(name, state, ...options) {
  const hub = await startHubIn(state, binary, ...names.flatMap((one) => ['--device', one]), ...options);
  let taken = 0;
  let over = false;
  const delays = [];
  const devices = await Promise.all(hub.devices.map((one) => connectDevice(binary, hub, one)));
  const sendOn = async (device) => {
    while (!over) {
      const at = performance.now();
      await device.send(body);
      if (over) return; // too late to count
      taken += 1;
      delays.push(performance.now() - at);
    }
  };
  const lost = Promise.race(devices.map(({ client }) => once(client, 'close'))).then(() => {
    if (!over) throw new Error('the hub closed the connection of a device');
  });
  const before = busy(hub.pid);
  const sending = Promise.all(devices.flatMap((device) => Array.from({ length: 20 }, () => sendOn(device))));
  await Promise.race([sending, lost, pause(seconds * 1000)]);
  over = true;
  delays.sort((a, b) => a - b);
  const cost = ((busy(hub.pid) - before) / taken) * 1e6;
  const late = (part) => `${delays[Math.floor(delays.length * part)].toFixed(1)} ms`;
  console.log(`${name}: ${Math.round(taken / seconds)} messages/s, ${cost.toFixed(0)} us of the hub's processor time each; `
    + `acknowledged within ${late(0.5)} (median), ${late(0.99)} (99 %)`);
  await sending;
  devices.forEach((device) => device.close());
  await hub.stop();
}

const folders = [newFolder(), newFolder(), newFolder()];
process.env.XDG_STATE_HOME = folders[0]; // certificates and keys of the one without --state
await measure('no state', null);
await measure('--durability normal', folders[1], '--durability', 'normal');
await measure('--durability full', folders[2]);
for (const folder of folders) rmSync(folder, { recursive: true });
process.exit(0);
