// Fetches a feed, reads it with one parser, prints its entries as JSON: node parse.mjs ical.js|node-ical URL
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const [parser, url] = process.argv.slice(2);
const response = await fetch(url);
if (!response.ok) throw new Error(`${url} answered ${response.status}`);
const text = await response.text();

const day = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-");

const parsers = {
  "ical.js": () =>
    new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((component) => {
      const event = new ICAL.Event(component);
      const whole = event.startDate.isDate && event.endDate.isDate;
      return { uid: event.uid, summary: event.summary, whole, start: event.startDate.toString(), end: event.endDate.toString() };
    }),
  "node-ical": () =>
    Object.values(nodeIcal.sync.parseICS(text))
      .filter((item) => item.type === "VEVENT")
      .map(({ uid, summary, datetype, start, end }) => ({ uid, summary, whole: datetype === "date", start: day(start), end: day(end) })),
};

console.log(JSON.stringify(parsers[parser]()));
