-- The selective column first: for a project that the statistics do not know yet, every index that begins with the project
-- looks alike to the planner, and it may read all of the project for each image.
DROP INDEX "ImageGroup_projectId_groupKey_idx";
DROP INDEX "ImageGroup_projectId_naturalKey_idx";
DROP INDEX "ImageGroup_projectId_cameraId_eventAt_idx";
CREATE INDEX "ImageGroup_groupKey_projectId_idx" ON "ImageGroup"("groupKey", "projectId");
CREATE INDEX "ImageGroup_naturalKey_projectId_idx" ON "ImageGroup"("naturalKey", "projectId");
CREATE INDEX "ImageGroup_cameraId_eventAt_idx" ON "ImageGroup"("cameraId", "eventAt");
-- The labels of one image, newest last.
CREATE INDEX "Label_imageId_createdAt_idx" ON "Label"("imageId", "createdAt");
