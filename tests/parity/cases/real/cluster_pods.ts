import type { CaseFile } from "../../case.ts";
import { records } from "../../invent.ts";

const pods = (seed: number) =>
  records(seed, 5, (invent, index) => ({
    metadata: {
      name: `api-${invent.hex(5)}-${index}`,
      uid: `${invent.hex(8)}-${invent.hex(4)}`,
      creationTimestamp: `${invent.time(index)}Z`,
      labels: { app: "api", "app.kubernetes.io/name": "api", "pod-template-hash": invent.hex(9) },
      annotations: { "prometheus.io/scrape": "true", "a/b~c": '{"x":1}' },
      ownerReferences: [{ kind: "ReplicaSet", controller: true }],
    },
    spec: {
      containers: invent.some(2, (container) => ({
        name: `c${container}`,
        resources: { limits: { cpu: invent.one(["500m", "2", 2]), memory: "128Mi" } },
        ports: invent.some(1, () => ({ containerPort: 8080, protocol: "TCP" })),
        env: invent.some(2, () => ({ name: "KEY", value: invent.one(["1", ""]), valueFrom: null })),
      })),
      nodeSelector: {},
      tolerations: [{ key: "node.kubernetes.io/not-ready", tolerationSeconds: 300 }],
    },
    status: {
      phase: "Running",
      podIPs: [{ ip: "10.0.0.1" }],
      conditions: [{ type: "Ready", lastProbeTime: null }],
    },
  }));

export default {
  shows: "pods of a cluster: keys with points, slashes and dashes, to two levels",
  hints: { write_disposition: "replace", max_table_nesting: 2 },
  runs: [[pods(20)], [pods(21)]],
} satisfies CaseFile;
