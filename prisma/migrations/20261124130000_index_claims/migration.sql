-- What stands behind an item: asked for every item that is shown, and for each that settles.
CREATE INDEX "ReviewItem_standsFor" ON "ReviewItem" ("standsFor") WHERE "standsFor" IS NOT NULL;
-- What may be claimed, in the order it is asked: a claim reads this from its start and sorts nothing.
CREATE INDEX "ReviewItem_claimable" ON "ReviewItem" ("projectId", "roundId", "position", "id") WHERE "state" = 'open';
-- What one person holds.
CREATE INDEX "ReviewItem_held" ON "ReviewItem" ("projectId", "leasedBy") WHERE "state" = 'open' AND "leasedBy" IS NOT NULL;
-- How many wait, themselves and not behind another.
CREATE INDEX "ReviewItem_waiting_alone" ON "ReviewItem" ("projectId", "roundId", "purpose") WHERE "state" = 'waiting' AND "standsFor" IS NULL;
-- What one person answered, by item.
CREATE INDEX "Annotation_userId_reviewItemId" ON "Annotation" ("userId", "reviewItemId");
