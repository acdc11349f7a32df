// Asks for the map before the drawing libraries are loaded: both take their time, and neither needs the other.

import { fromHash } from "./recipe.js";
import { askEarly } from "./server.js";

const [{ verb, args }] = fromHash(location.hash).steps;
if (verb === "overview") askEarly("/v1/graph/overview", { limit: args[0] });
