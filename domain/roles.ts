/** What a person may be in a project; `camera` is what an API key for posting images may be. Later ones can do all that earlier ones can, `camera` apart. */
export const roles = ['annotator', 'adjudicator', 'engineer', 'admin'] as const;
export type Role = (typeof roles)[number];
export const keyRoles = ['camera', ...roles] as const;
export type KeyRole = (typeof keyRoles)[number];

/** Who is asking, as established from a session or a key, never from a body. */
export interface Actor {
  readonly kind: 'person' | 'key';
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  /** Set where the key belongs to one camera. */
  readonly cameraId?: string;
}

const rank: Record<KeyRole, number> = { camera: 0, annotator: 1, adjudicator: 2, engineer: 3, admin: 4 };

/** Whether `role` is at least `needed`; a camera key is at least nothing but `camera`. */
export function atLeast(role: KeyRole, needed: KeyRole): boolean {
  if (needed === 'camera') return role === 'camera' || rank[role] >= rank.engineer;
  return rank[role] >= rank[needed];
}
