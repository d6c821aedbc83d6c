-- A freeze looks at what changed since the version before it, and remembers which images belong together.
ALTER TABLE "SplitAssignment" ADD COLUMN "movedAt" TIMESTAMP(3);
ALTER TABLE "DatasetVersion" ADD COLUMN "labelsUntil" TIMESTAMP(3);

CREATE TABLE "ImageGroup" (
    "imageId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "groupKey" TEXT NOT NULL,
    "naturalKey" TEXT NOT NULL,
    "cameraId" UUID,
    "eventAt" TIMESTAMP(3) NOT NULL,
    "hash" BIGINT NOT NULL,
    CONSTRAINT "ImageGroup_pkey" PRIMARY KEY ("imageId")
);
CREATE INDEX "ImageGroup_projectId_groupKey_idx" ON "ImageGroup"("projectId", "groupKey");
CREATE INDEX "ImageGroup_projectId_naturalKey_idx" ON "ImageGroup"("projectId", "naturalKey");
CREATE INDEX "ImageGroup_projectId_cameraId_eventAt_idx" ON "ImageGroup"("projectId", "cameraId", "eventAt");

CREATE TABLE "ImportGroup" (
    "imageId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "group" TEXT NOT NULL,
    CONSTRAINT "ImportGroup_pkey" PRIMARY KEY ("imageId")
);
-- They stood among the sides under a prefix, by image.
INSERT INTO "ImportGroup" ("imageId", "projectId", "group")
SELECT DISTINCT ON (substr("groupKey", 14, 36)) substr("groupKey", 14, 36)::uuid, "projectId", substr("groupKey", 51) FROM "SplitAssignment" WHERE "groupKey" LIKE 'import-group:%' ORDER BY substr("groupKey", 14, 36), "createdAt";
DELETE FROM "SplitAssignment" WHERE "groupKey" LIKE 'import-group:%';

CREATE INDEX "SplitAssignment_moved" ON "SplitAssignment" ("projectId", "movedAt") WHERE "movedAt" IS NOT NULL;

GRANT SELECT, INSERT ON "ImageGroup", "ImportGroup" TO perennial_app;
GRANT UPDATE ("split", "movedAt") ON "SplitAssignment" TO perennial_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "ImageGroup", "ImportGroup" TO perennial_erasure;
