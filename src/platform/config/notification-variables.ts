import { flag, secret, text, whole } from './variable-kinds.js';

/** How notifications leave the house, apart from the mail server. */
export const notificationVariables = {
  mailFrom: text(
    'Sluice <notifications@sluice.local>',
    'MAIL_FROM',
    'Sender of the mails; its domain is in their Message-ID.',
  ),
  officeConcurrency: whole(
    { min: 1, max: 500, standard: 10 },
    'OFFICE_CONCURRENCY',
    'Offices that a notification run works on at once.',
  ),
  emailConcurrency: whole(
    { min: 1, max: 200, standard: 5 },
    'EMAIL_CONCURRENCY',
    'Mails at once, over all runs and all workers.',
  ),
  caughtMailRetentionDays: whole(
    { min: 1, max: 3_650, standard: 14 },
    'CAUGHT_MAIL_RETENTION_DAYS',
    'Days that caught mails are kept.',
  ),
  vapidPrivateKey: secret(
    'VAPID_PRIVATE_KEY',
    'P-256 key in base64url that web pushes are signed with; one that follows from SIGNING_SECRET when empty.',
    43,
  ),
  vapidSubject: text(
    'mailto:notifications@sluice.local',
    'VAPID_SUBJECT',
    'Whom a push service writes to about our pushes: a mailto: or https: address.',
  ),
  pushAllowLoopback: flag(
    false,
    'PUSH_ALLOW_LOOPBACK',
    'Pushes may go to this very machine, for a push service that is being developed.',
  ),
} as const;
