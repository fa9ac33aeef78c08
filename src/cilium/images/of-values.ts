import { laidOver } from '../values/set-strings.ts';
import { inRange } from '../version.ts';
import { componentImage, components } from './components.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * The images that a chart asks for, by its values.yaml and a lab's values. A rendering says it for certain: this is
 * for where helm is not at hand.
 */
export function imagesOfValues(chart: Values, lab: Values, version: string): string[] {
  const values = laidOver(chart, lab) as Values;
  return components.flatMap((component) => {
    if (!inRange(version, component) || !component.isUsed(values, version)) return [];
    const text = componentImage(values, component);
    return text === undefined ? [] : [text];
  });
}
