/** What Lambda tells a handler about the run beside the event. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export type Run = { readonly invokedFunctionArn: string; readonly getRemainingTimeInMillis: () => number };
