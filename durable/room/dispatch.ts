import type { Caller } from "../../schema/caller.ts";
import { unreachable } from "../kernel/outcome.ts";
import { edit, remove } from "./commands/change.ts";
import { create } from "./commands/create.ts";
import type { Decision, Facts, RoomCommand } from "./commands/facts.ts";
import { add, forget, join, leave } from "./commands/membership.ts";
import { send } from "./commands/send.ts";

/** A command to what it leads to, given the facts. The whole of the room's policy is behind this one function. */
export function decide(caller: Caller, command: RoomCommand, facts: Facts): Decision {
  switch (command.type) {
    case "create":
      return create({ caller, command, facts });
    case "add":
      return add({ caller, command, facts });
    case "join":
      return join({ caller, command, facts });
    case "leave":
      return leave({ caller, command, facts });
    case "forget":
      return forget({ caller, facts });
    case "send":
      return send({ caller, command, facts });
    case "edit":
      return edit({ caller, command, facts });
    case "delete":
      return remove({ caller, command, facts });
    default:
      return unreachable(command);
  }
}
