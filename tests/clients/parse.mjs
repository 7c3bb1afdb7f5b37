// Fetches a feed, reads it with one parser, prints its entries as JSON: node parse.mjs ical.js|node-ical URL
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const [parser, url] = process.argv.slice(2);
const response = await fetch(url);
if (!response.ok) throw new Error(`${url} answered ${response.status}`);
const text = await response.text();

const day = (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0")).join("-");

const next = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1);

// A task has the day it is due by, told here as the end of an event is: by the day after it.
const parsers = {
  "ical.js": () => {
    const calendar = new ICAL.Component(ICAL.parse(text));
    const events = calendar.getAllSubcomponents("vevent").map((component) => {
      const event = new ICAL.Event(component);
      const whole = event.startDate.isDate && event.endDate.isDate;
      return { uid: event.uid, summary: event.summary, whole, start: event.startDate.toString(), end: event.endDate.toString() };
    });
    const tasks = calendar.getAllSubcomponents("vtodo").map((component) => {
      const [uid, summary, due] = ["uid", "summary", "due"].map((name) => component.getFirstPropertyValue(name));
      const end = due.clone();
      end.adjust(1, 0, 0, 0);
      return { uid, summary, whole: due.isDate, start: due.toString(), end: end.toString() };
    });
    return [...events, ...tasks];
  },
  "node-ical": () =>
    Object.values(nodeIcal.sync.parseICS(text)).flatMap(({ type, uid, summary, datetype, start, end, due }) => {
      if (type === "VEVENT") return [{ uid, summary, whole: datetype === "date", start: day(start), end: day(end) }];
      if (type === "VTODO") return [{ uid, summary, whole: due.dateOnly, start: day(due), end: day(next(due)) }];
      return [];
    }),
};

console.log(JSON.stringify(parsers[parser]()));
