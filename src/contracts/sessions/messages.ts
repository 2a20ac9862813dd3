import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { projectAgainSignal } from '../names.js';
import type { DecideGateMessage, ProceedMessage } from '../../domain/sessions/decision-message.js';
import type { SessionCommand } from '../../domain/sessions/commands.js';
import type { SessionProgressView } from './session.js';

/** Messages of a session. People send the signal and the update from the Web UI and the CLI too. */

export const proceedNextPhase = defineSignal<[ProceedMessage?]>('proceedNextPhase');
export const progress = defineQuery<SessionProgressView>('progress');
export const projectAgain = defineSignal(projectAgainSignal);
export const decideGate = defineUpdate<SessionProgressView, [DecideGateMessage]>('decideGate');
export const sessionCommand = defineUpdate<SessionProgressView, [SessionCommand]>('sessionCommand');

export const cotStatus = defineSearchAttributeKey('CotStatus', 'KEYWORD');
export const cotPhase = defineSearchAttributeKey('CotPhase', 'INT');
export const cotTemplate = defineSearchAttributeKey('CotTemplate', 'KEYWORD');
