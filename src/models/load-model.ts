import type { Model } from './call.js';
import type { Config } from '../platform/config.js';
import { createModel } from './model.js';
import { modelSettingsOf } from './settings.js';
import { loadPrices } from './ledger/price-file.js';

/** The model layer that the configuration asks for. A wrong configuration stops the start. */
export async function loadModel(config: Config): Promise<Model> {
  return createModel(modelSettingsOf(config), await loadPrices(config.llmPricesFile));
}
