import type { Archive, Bus } from './aws-ports.ts';
import type { ResourceChange } from './diagnosis/changes.ts';
import type { Lesson } from './diagnosis/lesson.ts';
import type { Spread, UsualByOperation } from './diagnosis/usual.ts';
import type { Alert, Incident, Thread } from './incident/incident.ts';
import type { LifeEvent } from './incident/life.ts';
import type { Restored, Roots } from './incident/recalled.ts';
import type { Rules } from './incident/rules.ts';
import type { Similar } from './incident/similar.ts';
import type { Storm, StormLimit } from './incident/storm.ts';
import type { Trouble } from './incident/trouble.ts';
import type { Source } from './ledger.ts';
import type { MapScene } from './map/service-map.ts';
import type { History, TrendScene } from './map/trend/trend.ts';
import type { TraceId } from './telemetry/ids.ts';
import type { TelemetryRecord } from './telemetry/record.ts';
import type { Micros } from './units.ts';
import type { Picture } from './waterfall/picture.ts';
import type { Telling } from './waterfall/telling.ts';
import type { ThemeName } from './waterfall/theme.ts';
import type {
  Announce,
  Answer,
  Gather,
  Home,
  Learn,
  MapQuestion,
  Publish,
  Question,
  Revisit,
  TellStorm,
  TellTrouble,
  Unfurl,
} from './work.ts';

/** The outside world, as small as our need of it. A job's type says which parts it touches. */
export type World = {
  readonly clock: Clock;
  readonly records: Records;
  readonly usual: UsualMemory;
  readonly changes: Changes;
  readonly latencies: Latencies;
  readonly incidents: Incidents;
  readonly recollection: Recollection;
  readonly storms: Storms;
  readonly troubles: Troubles;
  readonly examinations: Examinations;
  readonly pace: Pace;
  readonly askings: Askings;
  readonly outbox: Outbox;
  readonly queue: Queue;
  readonly chat: Chat;
  readonly studio: Studio;
  readonly rules: Rules;
  /** undefined: nobody switched it on, and the process holds no credential of AWS. */
  readonly archive?: Archive | undefined;
  /** undefined: incidents are told in Slack only. */
  readonly bus?: Bus | undefined;
};

export type Clock = () => Micros;

/** Records rest here, by trace, until their time is over. */
export type Records = {
  /**
   * Safe to repeat: a record that is there already changes nothing. Resolves when all of them are kept.
   * A trace named in `suspects` stays one: every later record of it says so again.
   */
  keep(records: readonly TelemetryRecord[], suspects: readonly TraceId[]): Promise<Kept>;
  /** All records of the trace and of every trace linked with it; empty when none is known. */
  read(traceId: TraceId): Promise<ReadBack>;
  /** Traces that began to arrive in the last minutes: how many, and a fair sample of at most so many. */
  recent(minutes: number, most: number): Promise<Recent>;
  /** The last traces that went well, as far as was known when they ended, and entered there; some may have entered elsewhere. */
  healthy(entryKey: string): Promise<readonly TraceId[]>;
  /** The trace that names the id of a Lambda request, an execution, a message, an event or a request to API Gateway; the last of several. */
  traceOfId(id: string): Promise<TraceId | undefined>;
};

export type Recent = { readonly seen: number; readonly sample: readonly TraceId[] };

export type ReadBack = {
  readonly records: readonly TelemetryRecord[];
  /** Records and traces that belong there and were refused or left out because of a limit. */
  readonly truncated: number;
};

export type Kept = {
  readonly stored: number;
  readonly duplicates: number;
  /** Refused because their trace has reached its limit. */
  readonly truncated: number;
  /** Logs and events that name no trace, request or execution: nobody could find them again. */
  readonly unplaced: number;
  /** Of new and healthy traces, not kept because memory is short. */
  readonly shed: number;
  /** Suspect traces among those just kept, found now or before. */
  readonly suspects: readonly Suspect[];
};

export type Suspect = {
  readonly traceId: TraceId;
  /** Its entry span has been seen to end. */
  readonly entryClosed: boolean;
  /** Since when it waits for its examination. */
  readonly since: Micros;
};

/** What is usual for each operation. `Records.keep` counts what single spans tell of it. */
export type UsualMemory = {
  /** By the keys of `diagnosis/usual.ts`. */
  read(usualKeys: readonly string[]): Promise<UsualByOperation>;
  /** What the tree of a healthy transaction tells. Safe to repeat for one transaction; learns nothing while its entry is frozen. */
  learn(traceId: TraceId, lesson: Lesson): Promise<void>;
  /** A slow incident was reported: for a while nothing is learned of these. */
  freeze(operationKeys: readonly string[]): Promise<void>;
  /** How often it was seen to go well, since the beginning of the block of time that the moment lies in: a number to compare with an earlier one. */
  sightings(operationKey: string, since: Micros): Promise<number>;
};

/** What was changed, as AWS announced it. */
export type Changes = {
  /** Safe to repeat. */
  keep(changes: readonly ResourceChange[]): Promise<void>;
  /** Changes of these resources in the half hour before that time. */
  read(resources: readonly string[], onset: Micros): Promise<readonly ResourceChange[]>;
};

/** How long one operation took over the last day, where it went well. */
export type Latencies = {
  read(operationKey: string, until: Micros): Promise<History>;
};

export type Incidents = {
  /** Counts the transaction in the incident of its signature, or opens one. Safe to repeat for one transaction. */
  report(alert: Alert): Promise<Reported>;
  read(incidentId: string): Promise<Incident | undefined>;
  ofTrace(traceId: TraceId): Promise<Incident | undefined>;
  ofThread(thread: Thread): Promise<Incident | undefined>;
  /** The last opened first. */
  newest(most: number): Promise<readonly Incident[]>;
  /** The first transactions that it counts since it was opened or reopened, and how many of them were compared with healthy ones. */
  witnesses(incidentId: string): Promise<{ readonly traces: readonly TraceId[]; readonly compared: number }>;
  /** True for the first who is about to compare so many of them. */
  claimContrast(incidentId: string, compared: number): Promise<boolean>;
  /** What they have that healthy ones have not, found among so many of them; `outdated`: it has begun anew, or more are compared. */
  setContrast(incidentId: string, contrast: readonly string[], compared: number): Promise<'changed' | 'same' | 'outdated'>;
  /** Failures with the incident's signature get no new thread, or do again. */
  mute(incidentId: string, by: string): Promise<'done' | 'unknown'>;
  unmute(incidentId: string): Promise<'done' | 'unknown'>;
  isMuted(incident: Incident): Promise<boolean>;
  change(incidentId: string, event: LifeEvent): Promise<Changed>;
  /** undefined: it has lost its thread. */
  setThread(incidentId: string, thread: Thread | undefined): Promise<void>;
  /** Its root shows that version; `editedAt`: since an edit at that time. */
  setShown(incidentId: string, version: number, editedAt?: Micros): Promise<void>;
  /** That many entries of its log are told in its thread. */
  setTold(incidentId: string, entries: number): Promise<void>;
};

export type Reported = {
  readonly incidentId: string;
  /**
   * `reopened`: counted, and it is news again. `grown`: counted before, and it is the one drawn, and now tells more.
   * `known`: counted before, nothing new.
   */
  readonly what: 'opened' | 'reopened' | 'counted' | 'grown' | 'known';
  /** Incidents in which it no longer counts: late records have shown that it is another's. */
  readonly left: readonly string[];
  /** When the incident's root was last edited. */
  readonly editedAt: Micros | undefined;
};

export type Changed =
  | { readonly kind: 'changed' | 'same'; readonly incident: Incident }
  /** Somebody was first, or it is over. */
  | { readonly kind: 'refused'; readonly incident: Incident }
  | { readonly kind: 'unknown' };

/** Redis may be emptied, replaced or set back while incidents are open. Their roots in Slack outlive that. */
export type Recollection = {
  /** Whether it holds what it held, as far as is known; if so, that is known for some minutes more. */
  keep(): Promise<boolean>;
  /** Does the work and holds Redis for whole then; undefined: another process is at it. `adopt` is false of what Redis knows. */
  restore(work: (adopt: (incident: Incident) => Promise<boolean>) => Promise<Restored>): Promise<Restored | undefined>;
};

/** Incidents that are told together, because more came at once in a channel than people can read. */
export type Storms = {
  /** The storm in whose message the incident is told; undefined: it gets a thread of its own. */
  join(incidentId: string, channel: string, limit: StormLimit): Promise<string | undefined>;
  read(stormId: string, limit: StormLimit): Promise<Storm | undefined>;
  setThread(stormId: string, thread: Thread): Promise<void>;
  /** Its message shows that face. */
  setShown(stormId: string, face: string): Promise<void>;
  /** The next one is another. */
  end(stormId: string, channel: string): Promise<void>;
};

/** What is wrong with Tracefall itself, and the message that says so; one of each kind at a time. */
export type Troubles = {
  /** As it is now; undefined: nothing is wrong there, and nothing that was told says so. */
  read(of: TellTrouble['of']): Promise<Trouble | undefined>;
  setThread(of: TellTrouble['of'], thread: Thread): Promise<void>;
  /** Its message shows that face. */
  setShown(of: TellTrouble['of'], face: string): Promise<void>;
  /** Its message says that it is over, or continued; or there is none. What comes then gets another. */
  end(of: TellTrouble['of']): Promise<void>;
  /** Looks at every source of telemetry, once a minute however many ask; gives those that are silent and should not be. */
  silent(): Promise<readonly Source[]>;
};

/** Every examination that `Queue.examine` asks for is open until something has come of it. */
export type Examinations = {
  /** `muted`: by a rule; `healthy`: it has nothing to tell. Safe to repeat. */
  close(traceId: TraceId, as: 'counted' | 'muted' | 'healthy'): Promise<void>;
};

/** Slack takes one message a second for a channel, and one edit a second from all of us. */
export type Pace = {
  /** How many ms to wait until it is `who`'s turn, first come first served; 0: now, and it is taken. */
  turn(line: string, who: string): Promise<number>;
  /** Slack wants to hear nothing on that line for that long. */
  hold(line: string, forMs: number): Promise<void>;
};

/** One person's questions take work from everybody's. */
export type Askings = {
  /** How many ms to wait before the next; 0: it may be asked now, and is counted. */
  turn(user: string): Promise<number>;
};

/** What we intend to do to Slack, written down before it is tried, so that a successor can find out whether it happened. */
export type Outbox = {
  /** Writes the intent unless there is one; gives the one that is there now, and whether it is ours. */
  intend(key: string, intent: Intent): Promise<{ readonly intent: Intent; readonly ours: boolean }>;
  /** From one to the next in one step; false when somebody else has moved on meanwhile, and nothing is written. */
  revise(key: string, from: Intent, to: Intent): Promise<boolean>;
  /** It certainly did not happen. */
  clear(key: string): Promise<void>;
  /** Somebody has tried, and it may have happened. */
  isIntended(key: string): Promise<boolean>;
};

export type Intent = {
  /** When it was written, by our clock: nothing that it led to can have appeared earlier. */
  readonly at: Micros;
  /** A picture whose bytes Slack has and which may or may not have appeared. */
  readonly trying: Shown | undefined;
  /** The picture that has appeared. */
  readonly shown: Shown | undefined;
};

/** `drawing` tells one picture from another: equal means nothing new to see. */
type Shown = { readonly file: string; readonly drawing: string };

export type Queue = {
  /** One job for the trace however often it is asked; each call puts it off by `delayMs`, never beyond the longest wait. */
  examine(traceId: TraceId, delayMs: number): Promise<void>;
  announce(job: Announce, delayMs: number): Promise<void>;
  answer(job: Answer): Promise<void>;
  /** One for a person at a time. */
  home(job: Home): Promise<void>;
  /** Once for a message. */
  unfurl(job: Unfurl): Promise<void>;
  /** Few of the healthy transactions of each entry operation are taken; most calls do nothing. */
  learn(job: Learn): Promise<void>;
  /** Looks for what AWS still has of the trace. */
  gather(job: Gather): Promise<void>;
  /** Tells the bus of entries of an incident's log; each once, however often it is asked. */
  publish(jobs: readonly Publish[]): Promise<void>;
  storm(job: TellStorm, delayMs: number): Promise<void>;
  /** One for a kind of trouble at a time; asked meanwhile, it looks once more. */
  trouble(job: TellTrouble): Promise<void>;
  /** The last one asked for an incident and a reason counts. */
  revisit(job: Revisit, delayMs: number): Promise<void>;
};

/** Whether this is the first time that somebody asks by this name; `unknown` when that cannot be found out now. */
export type Once = (name: string) => Promise<'first' | 'again' | 'unknown'>;

/** Slack. Each call throws when the outside failed; `unsure` says that it may or may not have happened. */
export type Chat = {
  /** Posts the root message of the incident's thread. */
  postRoot(incident: Incident, channel: string): Promise<Delivery>;
  /** The root that an earlier, unsure attempt left behind, looked for from that moment on. */
  findRoot(incident: Incident, channel: string, since: Micros): Promise<Thread | undefined>;
  /** The incidents whose roots stand in the channel since then, as far as these tell of them. */
  rootsIn(channel: string, since: Micros): Promise<Roots>;
  editRoot(incident: Incident, thread: Thread): Promise<Edited>;
  postBulletin(bulletin: Bulletin, channel: string): Promise<Delivery>;
  findBulletin(bulletin: Bulletin, channel: string, since: Micros): Promise<Thread | undefined>;
  editBulletin(bulletin: Bulletin, thread: Thread): Promise<Edited>;
  postStormOver(storm: Storm, thread: Thread): Promise<Delivery>;
  findStormOver(storm: Storm, thread: Thread): Promise<Thread | undefined>;
  /** Tells one change of the incident's log in its thread; `broadcast`: and in the channel. */
  postEntry(incident: Incident, index: number, thread: Thread, broadcast: boolean): Promise<Delivery>;
  findEntry(incident: Incident, index: number, thread: Thread): Promise<Thread | undefined>;
  /** Step one of a picture: bytes go to Slack, nothing is visible yet. Gives what the file, or the files, are known by. */
  upload(picture: Picture, told: Told): Promise<string>;
  /** Step two: the file appears with its words beside it. */
  share(file: string, told: Told, place: Place): Promise<Delivery>;
  /** Whether the file has appeared there. */
  findFile(file: string, place: Place): Promise<Thread | undefined>;
  /** Takes the picture away, and the message that showed it. */
  removePicture(file: string, place: Place): Promise<void>;
  /** Shows below a person's message what its links lead to; safe to repeat. */
  unfurl(message: Thread, links: readonly { readonly url: string; readonly told: ToldTransaction }[]): Promise<void>;
  /** The person's own tab; `map`: undefined where nothing reached us lately. Safe to repeat. */
  showHome(user: string, incidents: readonly Incident[], map: MapScene | undefined): Promise<void>;
  /** How people are called, by their ids; who is missing is not known. Never throws: a document is better without a name than not at all. */
  names(users: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** A private answer to a command, through its `response_url`, which lives for 30 minutes and 5 answers. */
  respond(responseUrl: string, reply: Reply): Promise<void>;
};

/**
 * Puts transactions together and draws them, in nobody's way: thousands of spans take a core for seconds. Throws when that fails or
 * takes too long, which concerns this one request and no other.
 */
export type Studio = {
  /** What the trace's transaction has to tell people; undefined: nothing. */
  judge(traceId: TraceId): Promise<Judged | undefined>;
  /** What the transactions of these traces have, and healthy ones that entered there have not, in sentences. */
  compare(traces: readonly TraceId[], alert: Alert): Promise<readonly string[]>;
  /** The transaction that the trace belongs to, in words and as a picture; undefined: nothing is known of it. */
  portray(traceId: TraceId, theme: ThemeName): Promise<Portrait | undefined>;
  /** What `portray` tells, with nothing drawn. */
  tell(traceId: TraceId): Promise<Telling | undefined>;
  /** What the trace's transaction teaches about what is usual; undefined: nothing. */
  study(traceId: TraceId): Promise<Study | undefined>;
  /** The observed edges of the last minutes, or of one transaction; undefined: nothing is known of what was asked for. */
  portrayMap(question: MapQuestion, theme: ThemeName): Promise<MapPortrait | undefined>;
  /** What `portrayMap` tells, with nothing drawn. */
  tellMap(question: MapQuestion): Promise<MapScene | undefined>;
  /** How long the transaction's entry took in the day before it; undefined: it was never seen to go well. */
  portrayTrend(traceId: TraceId, theme: ThemeName): Promise<TrendPortrait | undefined>;
  /** Everything known of the transaction, to be taken elsewhere; undefined: nothing is. */
  dossier(traceId: TraceId, theme: ThemeName): Promise<Dossier | undefined>;
};

/** `usual`: how long its entry takes; undefined: not known. */
export type Judged = { readonly alert: Alert; readonly usual: Spread | undefined };
export type Portrait = { readonly telling: Telling; readonly picture: Picture };
/** `json`: what `inspect --json` prints of it. `otlp`: its spans in OTLP/JSON. */
export type Dossier = Portrait & { readonly json: string; readonly otlp: string };
export type Study = { readonly id: TraceId; readonly lesson: Lesson };
export type MapPortrait = { readonly map: MapScene; readonly picture: Picture };
export type TrendPortrait = { readonly trend: TrendScene; readonly picture: Picture };

/** What a picture is about: a transaction, a service map that somebody asked for, the last day of a slow operation, or an incident with its files. */
export type Told =
  | ToldTransaction
  | { readonly map: MapScene; readonly askedBy: string }
  | { readonly trend: TrendScene }
  | ToldExport;

/** The documents appear beside the picture, in one message. */
type ToldExport = { readonly exported: Incident; readonly documents: readonly Document[] };
type Document = { readonly name: string; readonly text: string };

export type ToldTransaction = {
  readonly telling: Telling;
  /** The incident that the transaction belongs to. */
  readonly incident: Incident | undefined;
  /** The Slack user who asked for it; undefined in an incident's own thread. */
  readonly askedBy: string | undefined;
  /** Where AWS was asked for it: how many calls that took. */
  readonly awsCalls?: number | undefined;
};

export type Reply =
  /** `searched`: what looking for it in AWS came to, where that is switched on. */
  | { readonly kind: 'not-found'; readonly question: Question; readonly searched?: string | undefined }
  | { readonly kind: 'open'; readonly incidents: readonly Incident[] }
  /** By words, among so many. */
  | { readonly kind: 'found'; readonly words: string; readonly among: number; readonly incidents: readonly Incident[] }
  | { readonly kind: 'similar'; readonly similar: readonly Similar[] }
  /** The picture could not be shown there: the same in characters, and why. */
  | { readonly kind: 'in-words'; readonly told: Told; readonly why: string };

/** What one message says to a whole channel, and is edited to say. */
export type Bulletin = { readonly storm: Storm } | { readonly trouble: Trouble };

/** `ts`: the thread, or undefined for the channel itself. `since`: by our clock, nothing of ours can have appeared in the channel earlier. */
export type Place = { readonly channel: string; readonly ts: string | undefined; readonly since: Micros };

export type Delivery =
  | { readonly kind: 'posted'; readonly thread: Thread }
  /** Slack said no; trying the same again will not help. */
  | { readonly kind: 'refused'; readonly why: string }
  /** No clear answer: it may have happened. */
  | { readonly kind: 'unsure'; readonly why: string };

/** `gone`: somebody deleted the message. `unsure`: no clear answer. Throws when it certainly was not edited. */
export type Edited = 'edited' | 'gone' | 'unsure';
