-- CreateTable
CREATE TABLE "User" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "disabledAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "token" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "ipAddress" TEXT,
    "userAgent" TEXT,
    "userId" TEXT NOT NULL,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Account" (
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "accessToken" TEXT,
    "refreshToken" TEXT,
    "idToken" TEXT,
    "accessTokenExpiresAt" TIMESTAMP(3),
    "refreshTokenExpiresAt" TIMESTAMP(3),
    "scope" TEXT,
    "password" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RateLimit" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "lastRequest" BIGINT NOT NULL,

    CONSTRAINT "RateLimit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Membership" (
    "userId" TEXT NOT NULL,
    "projectId" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Membership_pkey" PRIMARY KEY ("userId","projectId")
);

-- CreateTable
CREATE TABLE "Invitation" (
    "id" UUID NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "projectId" UUID,
    "email" TEXT,
    "role" TEXT NOT NULL,
    "invitedBy" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3),
    "usedBy" TEXT,

    CONSTRAINT "Invitation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" UUID NOT NULL,
    "projectId" UUID,
    "cameraId" UUID,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "createdBy" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revokedAt" TIMESTAMP(3),

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Project" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "timeZone" TEXT NOT NULL DEFAULT 'UTC',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ClassSet" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "classes" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "ClassSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PolicyVersion" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "policy" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "PolicyVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Camera" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "site" TEXT,
    "timeZone" TEXT,
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Camera_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Image" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "objectKey" TEXT NOT NULL,
    "byteSize" INTEGER NOT NULL,
    "mediaType" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "statistics" JSONB NOT NULL,
    "perceptualHash" BIGINT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Image_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RefusedImage" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "fileName" TEXT,
    "code" TEXT NOT NULL,
    "receivedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sentBy" TEXT NOT NULL,

    CONSTRAINT "RefusedImage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Arrival" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "imageId" UUID NOT NULL,
    "cameraId" UUID,
    "burstKey" TEXT,
    "fileName" TEXT,
    "exifTime" TEXT,
    "capturedAt" TIMESTAMP(3),
    "receivedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sentBy" TEXT NOT NULL,
    "clientKey" TEXT NOT NULL,

    CONSTRAINT "Arrival_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImageView" (
    "imageId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "projectId" UUID NOT NULL,
    "objectKey" TEXT NOT NULL,
    "mediaType" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ImageView_pkey" PRIMARY KEY ("imageId","kind")
);

-- CreateTable
CREATE TABLE "Region" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "imageId" UUID NOT NULL,
    "x" DOUBLE PRECISION NOT NULL,
    "y" DOUBLE PRECISION NOT NULL,
    "width" DOUBLE PRECISION NOT NULL,
    "height" DOUBLE PRECISION NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Region_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EmbeddingBlock" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "weightsDigest" TEXT NOT NULL,
    "preprocessingDigest" TEXT NOT NULL,
    "objectKey" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "dimensions" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EmbeddingBlock_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImageEmbedding" (
    "imageId" UUID NOT NULL,
    "weightsDigest" TEXT NOT NULL,
    "preprocessingDigest" TEXT NOT NULL,
    "projectId" UUID NOT NULL,
    "blockId" UUID NOT NULL,
    "offset" INTEGER NOT NULL,

    CONSTRAINT "ImageEmbedding_pkey" PRIMARY KEY ("imageId","weightsDigest","preprocessingDigest")
);

-- CreateTable
CREATE TABLE "Prediction" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "imageId" UUID NOT NULL,
    "arrivalId" UUID NOT NULL,
    "regionId" UUID,
    "modelVersionId" UUID NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "purpose" TEXT NOT NULL DEFAULT 'champion',
    "probabilities" DOUBLE PRECISION[],
    "topClassId" INTEGER NOT NULL,
    "confidence" DOUBLE PRECISION NOT NULL,
    "rawScore" DOUBLE PRECISION NOT NULL,
    "margin" DOUBLE PRECISION NOT NULL,
    "novelty" DOUBLE PRECISION,
    "blockId" UUID,
    "blockOffset" INTEGER,
    "audit" BOOLEAN NOT NULL,
    "auditShare" DOUBLE PRECISION NOT NULL,
    "eventAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Prediction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Flag" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "predictionId" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "value" DOUBLE PRECISION,
    "threshold" DOUBLE PRECISION,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT,

    CONSTRAINT "Flag_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ReviewRound" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "itemCount" INTEGER NOT NULL,
    "openedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deadlineAt" TIMESTAMP(3) NOT NULL,
    "closedAt" TIMESTAMP(3),
    "closedBecause" TEXT,
    "workflowId" TEXT,

    CONSTRAINT "ReviewRound_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ReviewItem" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "imageId" UUID NOT NULL,
    "predictionId" UUID,
    "roundId" UUID,
    "purpose" TEXT NOT NULL,
    "blind" BOOLEAN NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "burstKey" TEXT,
    "standsFor" UUID,
    "state" TEXT NOT NULL,
    "answersWanted" INTEGER NOT NULL DEFAULT 1,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "leasedBy" TEXT,
    "leaseExpiresAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settledAt" TIMESTAMP(3),
    "position" INTEGER,

    CONSTRAINT "ReviewItem_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Annotation" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "reviewItemId" UUID NOT NULL,
    "imageId" UUID NOT NULL,
    "regionId" UUID,
    "userId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "classId" INTEGER,
    "comment" TEXT,
    "leadTimeMs" INTEGER,
    "fence" INTEGER NOT NULL,
    "withdraws" UUID,
    "clientKey" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Annotation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Adjudication" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "reviewItemId" UUID NOT NULL,
    "userId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "classId" INTEGER,
    "comment" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Adjudication_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Label" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "imageId" UUID NOT NULL,
    "regionId" UUID,
    "kind" TEXT NOT NULL,
    "classId" INTEGER,
    "source" TEXT NOT NULL,
    "reviewItemId" UUID,
    "annotationId" UUID,
    "propagatedFrom" UUID,
    "supersedes" UUID,
    "blind" BOOLEAN NOT NULL DEFAULT false,
    "audit" BOOLEAN NOT NULL DEFAULT false,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Label_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SplitAssignment" (
    "projectId" UUID NOT NULL,
    "groupKey" TEXT NOT NULL,
    "split" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SplitAssignment_pkey" PRIMARY KEY ("projectId","groupKey")
);

-- CreateTable
CREATE TABLE "HoldoutMember" (
    "projectId" UUID NOT NULL,
    "holdout" TEXT NOT NULL,
    "imageId" UUID NOT NULL,
    "groupKey" TEXT NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "eventAt" TIMESTAMP(3) NOT NULL,
    "addedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retiredAt" TIMESTAMP(3),
    "retiredBecause" TEXT,

    CONSTRAINT "HoldoutMember_pkey" PRIMARY KEY ("projectId","holdout","imageId")
);

-- CreateTable
CREATE TABLE "DatasetVersion" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "parentId" UUID,
    "classSetId" UUID NOT NULL,
    "rootDigest" TEXT NOT NULL,
    "imageCount" INTEGER NOT NULL,
    "splitCounts" JSONB NOT NULL,
    "classCounts" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "bytesWritten" INTEGER NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DatasetVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "datasetVersionId" UUID,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "metrics" JSONB,
    "mlflowRunId" TEXT,
    "workflowRunId" TEXT,
    "failure" TEXT,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ModelVersion" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "runId" UUID,
    "datasetVersionId" UUID,
    "classSetId" UUID NOT NULL,
    "backboneDigest" TEXT,
    "backboneKey" TEXT,
    "preprocessing" JSONB,
    "preprocessingDigest" TEXT,
    "headKey" TEXT,
    "artifactKey" TEXT,
    "artifactSha256" TEXT,
    "artifactBytes" INTEGER,
    "dimensions" INTEGER,
    "producer" TEXT,
    "mlflowVersion" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ModelVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Evaluation" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "modelVersionId" UUID NOT NULL,
    "holdout" TEXT NOT NULL,
    "images" INTEGER NOT NULL,
    "metrics" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Evaluation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GateReport" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "championId" UUID NOT NULL,
    "challengerId" UUID NOT NULL,
    "verdict" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "checks" JSONB NOT NULL,
    "key" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "GateReport_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Promotion" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "fromId" UUID,
    "toId" UUID NOT NULL,
    "gateReportId" UUID,
    "onCannotTell" BOOLEAN NOT NULL DEFAULT false,
    "reason" TEXT NOT NULL,
    "decidedBy" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "eventDay" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Promotion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DriftReport" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "cameraId" UUID,
    "report" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DriftReport_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Alert" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolvedAt" TIMESTAMP(3),

    CONSTRAINT "Alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "HistoryEvent" (
    "id" UUID NOT NULL,
    "projectId" UUID,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "HistoryEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Outbox" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deliveredAt" TIMESTAMP(3),

    CONSTRAINT "Outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "KeyedReply" (
    "client" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "bodyHash" TEXT NOT NULL,
    "status" INTEGER,
    "reply" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "KeyedReply_pkey" PRIMARY KEY ("client","key")
);

-- CreateTable
CREATE TABLE "ServingState" (
    "processId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "modelVersionId" UUID NOT NULL,
    "reportedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ServingState_pkey" PRIMARY KEY ("processId","projectId")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE UNIQUE INDEX "Session_token_key" ON "Session"("token");

-- CreateIndex
CREATE INDEX "Session_userId_idx" ON "Session"("userId");

-- CreateIndex
CREATE INDEX "Account_userId_idx" ON "Account"("userId");

-- CreateIndex
CREATE INDEX "Verification_identifier_idx" ON "Verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "RateLimit_key_key" ON "RateLimit"("key");

-- CreateIndex
CREATE UNIQUE INDEX "Invitation_tokenHash_key" ON "Invitation"("tokenHash");

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_hash_key" ON "ApiKey"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "Project_slug_key" ON "Project"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "ClassSet_projectId_version_key" ON "ClassSet"("projectId", "version");

-- CreateIndex
CREATE UNIQUE INDEX "PolicyVersion_projectId_version_key" ON "PolicyVersion"("projectId", "version");

-- CreateIndex
CREATE UNIQUE INDEX "Camera_projectId_name_key" ON "Camera"("projectId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "Image_projectId_sha256_key" ON "Image"("projectId", "sha256");

-- CreateIndex
CREATE INDEX "RefusedImage_projectId_receivedAt_idx" ON "RefusedImage"("projectId", "receivedAt");

-- CreateIndex
CREATE INDEX "Arrival_projectId_receivedAt_idx" ON "Arrival"("projectId", "receivedAt");

-- CreateIndex
CREATE INDEX "Arrival_projectId_cameraId_capturedAt_idx" ON "Arrival"("projectId", "cameraId", "capturedAt");

-- CreateIndex
CREATE INDEX "Arrival_imageId_idx" ON "Arrival"("imageId");

-- CreateIndex
CREATE INDEX "Region_imageId_idx" ON "Region"("imageId");

-- CreateIndex
CREATE INDEX "ImageEmbedding_projectId_idx" ON "ImageEmbedding"("projectId");

-- CreateIndex
CREATE INDEX "Prediction_projectId_createdAt_idx" ON "Prediction"("projectId", "createdAt");

-- CreateIndex
CREATE INDEX "Prediction_projectId_imageId_idx" ON "Prediction"("projectId", "imageId");

-- CreateIndex
CREATE INDEX "Prediction_projectId_modelVersionId_eventAt_idx" ON "Prediction"("projectId", "modelVersionId", "eventAt");

-- CreateIndex
CREATE INDEX "Flag_projectId_createdAt_idx" ON "Flag"("projectId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Flag_predictionId_reason_key" ON "Flag"("predictionId", "reason");

-- CreateIndex
CREATE UNIQUE INDEX "ReviewRound_projectId_number_key" ON "ReviewRound"("projectId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "ReviewRound_projectId_key_key" ON "ReviewRound"("projectId", "key");

-- CreateIndex
CREATE INDEX "ReviewItem_projectId_state_roundId_idx" ON "ReviewItem"("projectId", "state", "roundId");

-- CreateIndex
CREATE INDEX "ReviewItem_roundId_state_position_idx" ON "ReviewItem"("roundId", "state", "position");

-- CreateIndex
CREATE INDEX "ReviewItem_predictionId_idx" ON "ReviewItem"("predictionId");

-- CreateIndex
CREATE INDEX "ReviewItem_imageId_idx" ON "ReviewItem"("imageId");

-- CreateIndex
CREATE UNIQUE INDEX "Annotation_withdraws_key" ON "Annotation"("withdraws");

-- CreateIndex
CREATE INDEX "Annotation_reviewItemId_idx" ON "Annotation"("reviewItemId");

-- CreateIndex
CREATE INDEX "Annotation_projectId_createdAt_idx" ON "Annotation"("projectId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Annotation_userId_clientKey_key" ON "Annotation"("userId", "clientKey");

-- CreateIndex
CREATE INDEX "Adjudication_reviewItemId_idx" ON "Adjudication"("reviewItemId");

-- CreateIndex
CREATE UNIQUE INDEX "Label_supersedes_key" ON "Label"("supersedes");

-- CreateIndex
CREATE INDEX "Label_projectId_imageId_idx" ON "Label"("projectId", "imageId");

-- CreateIndex
CREATE INDEX "Label_projectId_createdAt_idx" ON "Label"("projectId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "DatasetVersion_projectId_number_key" ON "DatasetVersion"("projectId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "DatasetVersion_projectId_key_key" ON "DatasetVersion"("projectId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "Run_projectId_key_key" ON "Run"("projectId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "ModelVersion_projectId_number_key" ON "ModelVersion"("projectId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "ModelVersion_projectId_key_key" ON "ModelVersion"("projectId", "key");

-- CreateIndex
CREATE INDEX "Evaluation_projectId_modelVersionId_idx" ON "Evaluation"("projectId", "modelVersionId");

-- CreateIndex
CREATE UNIQUE INDEX "GateReport_projectId_key_key" ON "GateReport"("projectId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "Promotion_projectId_sequence_key" ON "Promotion"("projectId", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "Promotion_projectId_key_key" ON "Promotion"("projectId", "key");

-- CreateIndex
CREATE INDEX "HistoryEvent_projectId_at_idx" ON "HistoryEvent"("projectId", "at");

-- CreateIndex
CREATE INDEX "Outbox_deliveredAt_createdAt_idx" ON "Outbox"("deliveredAt", "createdAt");

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Account" ADD CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Facts the schema language cannot say.
ALTER TABLE "Prediction" ADD CONSTRAINT "Prediction_ranges" CHECK ("confidence" BETWEEN 0 AND 1 AND "auditShare" BETWEEN 0 AND 1);
ALTER TABLE "Annotation" ADD CONSTRAINT "Annotation_class" CHECK (("kind" = 'class') = ("classId" IS NOT NULL));
ALTER TABLE "Label" ADD CONSTRAINT "Label_class" CHECK (("kind" = 'class') = ("classId" IS NOT NULL));
-- One effective reading of an item by one person at a time is kept by the row lock on the item; one first champion by this:
CREATE UNIQUE INDEX "Promotion_first" ON "Promotion" ("projectId") WHERE "kind" = 'first';
-- A prediction asks for at most one review item.
CREATE UNIQUE INDEX "ReviewItem_one_per_prediction" ON "ReviewItem" ("predictionId") WHERE "predictionId" IS NOT NULL;
-- What waits to be collected, best first.
CREATE INDEX "ReviewItem_waiting" ON "ReviewItem" ("projectId", "value" DESC) WHERE "state" = 'waiting' AND "roundId" IS NULL;
CREATE INDEX "Outbox_undelivered" ON "Outbox" ("createdAt") WHERE "deliveredAt" IS NULL;

-- Roles: the running product may not edit or delete what is append-only; erasure may; migrations are the owner's.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'perennial_app') THEN CREATE ROLE perennial_app NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'perennial_erasure') THEN CREATE ROLE perennial_erasure NOLOGIN; END IF;
END $$;
GRANT USAGE ON SCHEMA public TO perennial_app, perennial_erasure;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO perennial_app;
REVOKE ALL ON "_prisma_migrations" FROM perennial_app;
GRANT SELECT ON "_prisma_migrations" TO perennial_app;
GRANT UPDATE, DELETE ON "User", "Session", "Account", "Verification", "RateLimit", "Membership", "KeyedReply", "ServingState" TO perennial_app;
GRANT UPDATE ON "Invitation", "ApiKey", "Project", "Camera", "ReviewRound", "ReviewItem", "HoldoutMember", "Run", "Alert", "Outbox" TO perennial_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO perennial_erasure;
