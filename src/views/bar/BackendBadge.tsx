import { Button, Popover, SegmentedControl, Switch } from "@mantine/core";
import type { BackendReport } from "../../core/backend/backend";
import { useLab } from "../../state/lab";
import { formatBytes, formatDuration } from "../format/numbers";
import { Fact, Facts } from "../kit/Fact";
import notes from "../kit/notes.module.css";

const names = { webgpu: "WebGPU", wasm: "wasm", cpu: "cpu" } as const;

/** What computes, and on demand why, how fast, and how to choose another. */
export function BackendBadge() {
  const backend = useLab((s) => s.backend);
  return (
    <Popover position="bottom-end" width={340} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" aria-label={`Backend: ${backend ? inShort(backend) : "automatic"}`}>
          {inShort(backend)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <BackendPanel backend={backend} />
      </Popover.Dropdown>
    </Popover>
  );
}

function BackendPanel({ backend }: { backend: BackendReport | null }) {
  const choice = useLab((s) => s.backendChoice);
  const allowSoftware = useLab((s) => s.allowSoftware);
  const perEpoch = useLab((s) => s.millisecondsPerEpoch);
  const peakBytes = useLab((s) => s.peakBytes);
  const busy = useLab((s) => s.run.kind === "training" || s.run.kind === "preparing");
  const trained = useLab((s) => s.runRecipe !== null);
  const choose = useLab((s) => s.chooseBackend);
  return (
    <>
      <strong>Backend</strong>
      <p style={{ margin: "4px 0" }}>{backend ? backend.why : "Chosen once there is a graph."}</p>
      {backend && (
        <Facts>
          <Fact name="Computes on">{backend.adapter ?? names[backend.name]}</Fact>
          <Fact name="Threads">{backend.threads}</Fact>
          {backend.name === "wasm" && <Fact name="SIMD">{backend.simd ? "yes" : "no"}</Fact>}
          <Fact name="Measured">{perEpoch === null ? "not yet" : `${formatDuration(perEpoch)} an epoch`}</Fact>
          <Fact name="Memory, at most">{peakBytes === null ? "not yet" : formatBytes(peakBytes)}</Fact>
        </Facts>
      )}
      {backend?.tried.map(({ name, reason }) => (
        <p key={name} className={notes.note}>
          {names[name]} was passed over: {reason}
        </p>
      ))}
      <div className="label" style={{ margin: "10px 0 4px" }}>
        Use another{trained ? " (forgets the present model)" : ""}
      </div>
      <SegmentedControl
        aria-label="Backend to use"
        disabled={busy}
        data={[
          { value: "auto", label: "Automatic" },
          { value: "webgpu", label: "WebGPU" },
          { value: "wasm", label: "wasm" },
        ]}
        value={choice}
        onChange={(value) => void choose(value as typeof choice, allowSoftware)}
      />
      <Switch
        mt={8}
        disabled={busy}
        label="Allow software WebGPU adapter (slow, for checking)"
        checked={allowSoftware}
        onChange={(event) => void choose(choice, event.currentTarget.checked)}
      />
    </>
  );
}

function inShort(backend: BackendReport | null): string {
  if (!backend) return "Backend: automatic";
  const threads = backend.threads > 1 ? ` · ${backend.threads} threads` : "";
  if (backend.name === "webgpu") return `WebGPU${backend.software ? " · software" : ""}`;
  return `${names[backend.name]}${threads}`;
}
