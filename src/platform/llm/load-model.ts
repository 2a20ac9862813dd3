import type { Model } from '../../contracts/model-call.js';
import type { Config } from '../config.js';
import { createModel } from './model.js';
import { modelSettingsOf } from './model-settings.js';
import { loadPrices } from './price-file.js';

/** The model layer that the configuration asks for. A wrong configuration stops the start. */
export async function loadModel(config: Config): Promise<Model> {
  return createModel(modelSettingsOf(config), await loadPrices(config.llmPricesFile));
}
