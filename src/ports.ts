import type { UsualByOperation } from './diagnosis/usual.ts';
import type { Alert, Incident, Thread } from './incident/incident.ts';
import type { TraceId } from './telemetry/ids.ts';
import type { TelemetryRecord } from './telemetry/record.ts';
import type { Micros } from './units.ts';
import type { Picture } from './waterfall/picture.ts';
import type { Announce, Answer } from './work.ts';

/** The outside world, as small as our need of it. A job's type says which parts it touches. */
export type World = {
  readonly clock: Clock;
  readonly records: Records;
  readonly usual: UsualMemory;
  readonly incidents: Incidents;
  readonly outbox: Outbox;
  readonly queue: Queue;
  readonly chat: Chat;
};

export type Clock = () => Micros;

/** Records rest here, by trace, until their time is over. */
export type Records = {
  /** Safe to repeat: a record that is there already changes nothing. Resolves when all of them are kept. */
  keep(records: readonly TelemetryRecord[]): Promise<Kept>;
  /** All records of the trace and of every trace linked with it; empty when none is known. */
  read(traceId: TraceId): Promise<readonly TelemetryRecord[]>;
  /** The trace that a Lambda request id belongs to. */
  traceOfRequest(requestId: string): Promise<TraceId | undefined>;
};

/** `waiting`: invocations whose trace is not known yet; they join it when a record names both. */
export type Kept = { readonly stored: number; readonly duplicates: number; readonly waiting: number };

/** How long each operation usually takes. */
export type UsualMemory = {
  read(operationKeys: readonly string[]): Promise<UsualByOperation>;
};

export type Incidents = {
  /** Opens the signature's incident, or counts one more transaction in it. Safe to repeat for one transaction. */
  report(alert: Alert): Promise<Reported>;
  read(incidentId: string): Promise<Incident | undefined>;
  ofTrace(traceId: TraceId): Promise<Incident | undefined>;
  change(incidentId: string, change: Change): Promise<Changed>;
  setThread(incidentId: string, thread: Thread): Promise<void>;
};

export type Reported = {
  readonly incidentId: string;
  /** `known`: this transaction was counted before and tells nothing new. */
  readonly what: 'opened' | 'counted' | 'known';
};

export type Change = {
  readonly to: 'acknowledged' | 'resolved' | 'noted';
  readonly by: string;
  readonly text: string | undefined;
};

export type Changed =
  | { readonly kind: 'changed'; readonly incident: Incident }
  /** Somebody was first, or it is over. */
  | { readonly kind: 'refused'; readonly incident: Incident }
  | { readonly kind: 'unknown' };

/** What we intend to do to Slack, written down before it is tried, so that a successor can find out whether it happened. */
export type Outbox = {
  /** The intent written first under that key, ours or a predecessor's. */
  intend(key: string, intent: Intent): Promise<Intent>;
  /** Overwrites the intent under that key. */
  revise(key: string, intent: Intent): Promise<void>;
};

/** `file`: the id that Slack gave before the upload was completed. `done`: what the effect left behind (a ts, a drawing's hash). */
export type Intent = { readonly at: Micros; readonly file: string | undefined; readonly done: string | undefined };

export type Queue = {
  /** One job for the trace however often it is asked; each call puts it off by `delayMs`, never beyond the longest wait. */
  examine(traceId: TraceId, delayMs: number): Promise<void>;
  announce(job: Announce, delayMs: number): Promise<void>;
  answer(job: Answer): Promise<void>;
};

/** Slack. Each call throws when the outside failed; `unsure` says that it may or may not have happened. */
export type Chat = {
  /** Posts the root message of the incident's thread. */
  postRoot(incident: Incident): Promise<Delivery>;
  /** The root that an earlier, unsure attempt left behind, looked for from that moment on. */
  findRoot(incident: Incident, since: Micros): Promise<Thread | undefined>;
  editRoot(incident: Incident, thread: Thread): Promise<void>;
  /** Step one of a picture: bytes go to Slack, nothing is visible yet. */
  upload(picture: Picture, title: string): Promise<{ readonly file: string }>;
  /** Step two: the file appears, with its words, in a thread or a channel. */
  share(file: string, title: string, comment: string, place: Place): Promise<Delivery>;
  /** Whether the file has appeared there. */
  isShared(file: string, place: Place): Promise<boolean>;
  removeFile(file: string): Promise<void>;
  /** A private answer to a command, through its `response_url`. `text` is mrkdwn already made safe. */
  respond(responseUrl: string, text: string): Promise<void>;
};

/** `since`: nothing of ours can have appeared earlier. */
export type Place = { readonly channel: string; readonly ts: string | undefined; readonly since: Micros };

export type Delivery =
  | { readonly kind: 'posted'; readonly thread: Thread }
  /** Slack said no; trying the same again will not help. */
  | { readonly kind: 'refused'; readonly why: string }
  /** No clear answer: it may have happened. */
  | { readonly kind: 'unsure'; readonly why: string };
