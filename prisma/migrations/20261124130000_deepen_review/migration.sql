-- AlterTable
ALTER TABLE "Adjudication" ADD COLUMN     "labelId" UUID,
ADD COLUMN     "withdraws" UUID;

-- AlterTable
ALTER TABLE "Annotation" ADD COLUMN     "propagatedFrom" UUID,
ADD COLUMN     "proposedName" TEXT;

-- AlterTable
ALTER TABLE "ReviewItem" ADD COLUMN     "unresolvedWhy" TEXT;

-- CreateTable
CREATE TABLE "LabelDispute" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "imageId" UUID NOT NULL,
    "labelId" UUID NOT NULL,
    "modelVersionId" UUID NOT NULL,
    "classId" INTEGER NOT NULL,
    "probability" DOUBLE PRECISION NOT NULL,
    "labelProbability" DOUBLE PRECISION NOT NULL,
    "reviewItemId" UUID NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LabelDispute_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImageVisibility" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "imageId" UUID NOT NULL,
    "hidden" BOOLEAN NOT NULL,
    "reason" TEXT NOT NULL,
    "annotationId" UUID,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ImageVisibility_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GoldImage" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "imageId" UUID NOT NULL,
    "classId" INTEGER NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retiredAt" TIMESTAMP(3),
    "retiredBy" TEXT,

    CONSTRAINT "GoldImage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ClassChange" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "from" INTEGER[],
    "into" INTEGER[],
    "classSetId" UUID NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ClassChange_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "LabelDispute_reviewItemId_idx" ON "LabelDispute"("reviewItemId");

-- CreateIndex
CREATE UNIQUE INDEX "LabelDispute_labelId_modelVersionId_key" ON "LabelDispute"("labelId", "modelVersionId");

-- CreateIndex
CREATE INDEX "ImageVisibility_imageId_createdAt_idx" ON "ImageVisibility"("imageId", "createdAt");

-- CreateIndex
CREATE INDEX "GoldImage_projectId_idx" ON "GoldImage"("projectId");

-- CreateIndex
CREATE INDEX "ClassChange_projectId_createdAt_idx" ON "ClassChange"("projectId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Adjudication_withdraws_key" ON "Adjudication"("withdraws");

-- CreateIndex
CREATE INDEX "Annotation_imageId_idx" ON "Annotation"("imageId");

-- CreateIndex
CREATE INDEX "Annotation_propagatedFrom_idx" ON "Annotation"("propagatedFrom");

-- CreateIndex
CREATE INDEX "Arrival_projectId_burstKey_idx" ON "Arrival"("projectId", "burstKey");

-- Facts the schema language cannot say.
CREATE UNIQUE INDEX "GoldImage_one_at_a_time" ON "GoldImage" ("imageId") WHERE "retiredAt" IS NULL;
CREATE INDEX "ReviewItem_unresolved" ON "ReviewItem" ("projectId", "value" DESC, "id") WHERE "state" = 'unresolved';

-- New tables are append-only for the running product; a gold image may be retired.
GRANT SELECT, INSERT ON "LabelDispute", "ImageVisibility", "GoldImage", "ClassChange" TO perennial_app;
GRANT UPDATE ON "GoldImage" TO perennial_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "LabelDispute", "ImageVisibility", "GoldImage", "ClassChange" TO perennial_erasure;
