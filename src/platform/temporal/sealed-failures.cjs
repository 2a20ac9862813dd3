// Puts message and stack trace of a failure into a payload, which the codec seals. The SDK loads it by `require`, also into
// the workflow bundle, and asks for this name.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
