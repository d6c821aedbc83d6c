import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, useEffect, useRef } from 'react';
import type { ActivationReply } from '../../../../contracts/review-evidence.ts';
import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { t } from '../../messages/index.ts';
import { api } from '../../services.ts';
import { useSettled } from './more-evidence.tsx';

type Map = NonNullable<ActivationReply['map']>;
interface ActivationProps { readonly project: string; readonly item: ReviewItemReply; readonly style: CSSProperties }

/** Pixels on the longer side of what is drawn: the map is coarse, and the browser smooths it. */
const sideMax = 640;
/** The strongest place hides this much of the picture, so that what is there can still be seen. */
const alphaMax = 150;
const orange = [240, 110, 20] as const;

/** Where in the picture the model sees the class that it named; fetched once the image has been on screen for a moment. */
export function Activation({ project, item, style }: ActivationProps) {
  const settled = useSettled(item.id);
  const { data, isError } = useQuery({ queryKey: ['activation', project, item.id], queryFn: () => api.activation(project, item.id), enabled: settled === item.id, staleTime: Infinity, retry: false });
  const map = data?.map ?? null;
  const told = isError ? t('activation.failed') : data === undefined ? t('app.loading') : map === null ? t('activation.none') : t('activation.legend', { name: map.className });
  return (
    <>
      {map !== null && <Drawn map={map} width={item.width} height={item.height} style={style} />}
      <p className="viewer-hint" role="status" data-testid="activation" data-state={map === null ? 'none' : 'shown'}>{told}</p>
    </>
  );
}

function Drawn({ map, width, height, style }: { map: Map; width: number; height: number; style: CSSProperties }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = sideMax / Math.max(width, height);
  const [across, down] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  useEffect(() => { if (canvas.current !== null) draw(canvas.current, map); }, [map, across, down]);
  return <canvas ref={canvas} width={across} height={down} style={style} aria-hidden="true" />;
}

/** The map's places as pixels, stretched over the part of the picture that the model saw. */
function draw(canvas: HTMLCanvasElement, { rows, columns, values, region }: Map): void {
  const small = document.createElement('canvas');
  [small.width, small.height] = [columns, rows];
  const pixels = new ImageData(columns, rows);
  values.forEach((value, at) => { pixels.data.set([...orange, Math.round(value * alphaMax)], at * 4); });
  small.getContext('2d')?.putImageData(pixels, 0, 0);
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(small, region.x * canvas.width, region.y * canvas.height, region.width * canvas.width, region.height * canvas.height);
}
