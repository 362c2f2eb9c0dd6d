/** Segment documents after the examples of the developer guide: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */

export type Json = Readonly<Record<string, unknown>>;

export const XRAY_TRACE = '1-581cf771-a006649127e371903a2de979';
export const TRACE_ID = '581cf771a006649127e371903a2de979';

/** The least that a finished segment says. */
export const segment = (more: Json = {}): Json => ({
  name: 'example.com',
  id: '70de5b6f19ff9a0a',
  start_time: 1.478293361271e9,
  trace_id: XRAY_TRACE,
  end_time: 1.478293361449e9,
  ...more,
});

export const dynamoCall = (more: Json = {}): Json => ({
  id: '24756640c0d0978a',
  start_time: 1.478293361294e9,
  end_time: 1.4782933613e9,
  name: 'DynamoDB',
  namespace: 'aws',
  http: { response: { content_length: 60, status: 200 } },
  aws: {
    table_name: 'scorekeep-user',
    operation: 'UpdateItem',
    request_id: 'UBQNSO5AEM8T4FDA4RQDEB94OVTDRVV4K4HIRGVJF66Q9ASUAAJG',
  },
  ...more,
});

export const httpCall = (more: Json = {}): Json => ({
  id: '004f72be19cddc2a',
  start_time: 1478293361.301,
  end_time: 1478293361.401,
  name: 'names.example.com',
  namespace: 'remote',
  http: { request: { method: 'GET', url: 'https://names.example.com/' }, response: { content_length: -1, status: 200 } },
  ...more,
});

export const sqlCall: Json = {
  id: '3fd8634e78ca9560',
  start_time: 1478293361.402,
  end_time: 1478293361.403,
  name: 'ebdb@db.example.com',
  namespace: 'remote',
  sql: {
    url: 'jdbc:postgresql://db.example.com:5432/ebdb',
    database_type: 'PostgreSQL',
    user: 'dbuser',
    sanitized_query: 'SELECT * FROM customers WHERE customer_id=?;',
  },
};

/** As `BatchGetTraces` answers. */
export const batchOf = (...documents: readonly Json[]): Json => ({
  Traces: [
    {
      Id: XRAY_TRACE,
      Duration: 0.178,
      LimitExceeded: false,
      Segments: documents.map((each) => ({ Id: each['id'], Document: JSON.stringify(each) })),
    },
  ],
  UnprocessedTraceIds: [],
});
