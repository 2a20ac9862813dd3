import { language } from '../app/i18n';
import { notifications as en } from '../messages/en/notifications';
import { notifications as ja } from '../messages/ja/notifications';

/** The words of notifications. They come with the pages that show them: the first page loads without them. */
export function notices(): typeof en.notices {
  return (language.value === 'ja' ? ja : en).notices;
}
