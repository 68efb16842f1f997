// Loaded before wrangler. Its parent holds the other end of a channel: when the parent is gone, however it went, the
// channel breaks, and this process takes its whole group with it. So a killed `npm start` leaves no workerd behind.
import process from "node:process";

process.once("disconnect", () => process.kill(-process.pid, "SIGKILL"));
process.channel?.unref();
