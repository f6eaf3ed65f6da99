// Queries as arguments; says of each that is no LogQL where, and ends with 1 if there is one.
import { parser } from "@grafana/lezer-logql";

for (const query of process.argv.slice(2)) {
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError) {
        console.log(`${query}: not understood at ${node.from}`);
        process.exitCode = 1;
      }
    },
  });
}
