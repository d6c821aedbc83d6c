/** A link of the chain that ties a prediction to the labels it rests on, and a label to what it changed. */
export type LineageKind =
  | 'image' | 'arrival' | 'prediction' | 'flag' | 'review_item' | 'annotation' | 'label' | 'dataset_version' | 'run' | 'model_version' | 'gate_report' | 'promotion' | 'person';

export interface LineageNode {
  readonly kind: LineageKind;
  readonly id: string;
  readonly title: string;
  readonly at: string | null;
}

export interface LineageGraph {
  readonly subject: LineageNode;
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly because: string }[];
}

/** Collects nodes and edges, each once. */
export function createLineageBuilder(subject: LineageNode) {
  const nodes = new Map<string, LineageNode>([[subject.id, subject]]);
  const edges = new Map<string, { from: string; to: string; because: string }>();
  return {
    has: (id: string): boolean => nodes.has(id),
    add(node: LineageNode): LineageNode {
      if (!nodes.has(node.id)) nodes.set(node.id, node);
      return node;
    },
    link(from: string, to: string, because: string): void {
      edges.set(`${from} ${to} ${because}`, { from, to, because });
    },
    build: (): LineageGraph => ({ subject, nodes: [...nodes.values()], edges: [...edges.values()] }),
  };
}
export type LineageBuilder = ReturnType<typeof createLineageBuilder>;

/** Reads chains. @throws PerennialError PREDICTION_NOT_FOUND, IMAGE_NOT_FOUND, MODEL_VERSION_NOT_FOUND, REQUEST_NOT_FOUND */
export interface LineageReader {
  ofPrediction(projectId: string, predictionId: string): Promise<LineageGraph>;
  ofLabel(projectId: string, labelId: string): Promise<LineageGraph>;
  ofImage(projectId: string, imageId: string): Promise<LineageGraph>;
  ofModelVersion(projectId: string, versionId: string): Promise<LineageGraph>;
}
