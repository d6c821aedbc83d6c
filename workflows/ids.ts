/** Workflow ids start with the project; they must not change, or a second execution could stand beside an old one. */
export const roundWorkflowId = (projectId: string, roundId: string): string => `${projectId}/route-for-review/${roundId}`;
export const retrainWorkflowId = (projectId: string): string => `${projectId}/retrain-light`;
export const promoteWorkflowId = (projectId: string, challengerId: string): string => `${projectId}/promote-model/${challengerId}`;
export const huntWorkflowId = (projectId: string, versionId: string): string => `${projectId}/hunt-labels/${versionId}`;
export const roadWorkflowId = (projectId: string, challengeId: string): string => `${projectId}/walk-road/${challengeId}`;
