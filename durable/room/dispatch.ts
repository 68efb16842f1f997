import type { Caller } from "../../schema/caller.ts";
import { unreachable } from "../kernel/outcome.ts";
import { edit, pin, react, remove as removeMessage, restore } from "./commands/change.ts";
import { unpin, unreact } from "./commands/change.ts";
import { create } from "./commands/create.ts";
import type { Decision, Facts, RoomCommand } from "./commands/facts.ts";
import { add, changeRole, forget, join, leave, mute, remove } from "./commands/membership.ts";
import { change } from "./commands/room.ts";
import { schedule, unschedule } from "./commands/schedule.ts";
import { forward, send } from "./commands/send.ts";

/** A command to what it leads to, given the facts. The whole of the room's policy is behind this one function. */
export function decide(caller: Caller, command: RoomCommand, facts: Facts): Decision {
  const asked = { caller, facts };
  switch (command.type) {
    case "create":
      return create({ ...asked, command });
    case "change":
      return change({ ...asked, command });
    case "add":
      return add({ ...asked, command });
    case "join":
      return join({ ...asked, command });
    case "leave":
      return leave({ ...asked, command });
    case "forget":
      return forget(asked);
    case "remove":
      return remove({ ...asked, command });
    case "role":
      return changeRole({ ...asked, command });
    case "mute":
      return mute({ ...asked, command });
    case "send":
      return send({ ...asked, command });
    case "forward":
      return forward({ ...asked, command });
    case "schedule":
      return schedule({ ...asked, command });
    case "unschedule":
      return unschedule({ ...asked, command });
    case "edit":
      return edit({ ...asked, command });
    case "delete":
      return removeMessage({ ...asked, command });
    case "restore":
      return restore({ ...asked, command });
    case "react":
      return react({ ...asked, command });
    case "unreact":
      return unreact({ ...asked, command });
    case "pin":
      return pin({ ...asked, command });
    case "unpin":
      return unpin({ ...asked, command });
    default:
      return unreachable(command);
  }
}
