-- The road of a challenger: shadow, canary, bake. Who is champion is still said by "Promotion" alone.
CREATE TABLE "Challenge" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "challengerId" UUID NOT NULL,
    "championId" UUID NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'road',
    "gateReportId" UUID,
    "startedBy" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "Challenge_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "Challenge_projectId_key_key" ON "Challenge"("projectId", "key");
CREATE INDEX "Challenge_projectId_createdAt_idx" ON "Challenge"("projectId", "createdAt");

CREATE TABLE "ChallengeStep" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "challengeId" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "stage" TEXT NOT NULL,
    "shadowPercent" DOUBLE PRECISION NOT NULL,
    "canaryPercent" DOUBLE PRECISION NOT NULL,
    "decidedBy" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "ChallengeStep_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "ChallengeStep_percents" CHECK ("shadowPercent" BETWEEN 0 AND 100 AND "canaryPercent" BETWEEN 0 AND 100)
);
CREATE UNIQUE INDEX "ChallengeStep_challengeId_sequence_key" ON "ChallengeStep"("challengeId", "sequence");
CREATE UNIQUE INDEX "ChallengeStep_challengeId_key_key" ON "ChallengeStep"("challengeId", "key");

-- One person's yes to the step that comes after `sequence`; a project may want two of them.
CREATE TABLE "ChallengeApproval" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "challengeId" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "approvedBy" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "ChallengeApproval_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "ChallengeApproval_challengeId_sequence_approvedBy_key" ON "ChallengeApproval"("challengeId", "sequence", "approvedBy");

-- Answers that nobody saw: those in which the two differ, and a drawn few of the others with their chance of being drawn.
CREATE TABLE "ShadowAnswer" (
    "predictionId" UUID NOT NULL,
    "modelVersionId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "challengeId" UUID NOT NULL,
    "classId" INTEGER NOT NULL,
    "probability" DOUBLE PRECISION NOT NULL,
    "drawn" BOOLEAN NOT NULL,
    "inclusion" DOUBLE PRECISION NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "ShadowAnswer_pkey" PRIMARY KEY ("predictionId", "modelVersionId")
);
CREATE INDEX "ShadowAnswer_challengeId_createdAt_idx" ON "ShadowAnswer"("challengeId", "createdAt");

-- How much was compared, by hour and process   (counts grow)
CREATE TABLE "ShadowCount" (
    "challengeId" UUID NOT NULL,
    "hour" TIMESTAMP(3) NOT NULL,
    "processId" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "seen" INTEGER NOT NULL DEFAULT 0,
    "disagreed" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "ShadowCount_pkey" PRIMARY KEY ("challengeId", "hour", "processId")
);

-- A model that does not load, answers with no numbers or another shape, or takes too much: one is enough.
CREATE TABLE "ChallengeFault" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "challengeId" UUID NOT NULL,
    "modelVersionId" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "processId" UUID NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "ChallengeFault_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "ChallengeFault_challengeId_createdAt_idx" ON "ChallengeFault"("challengeId", "createdAt");

-- A rehearsal: to the former champion and back, unseen, and how long serving took.
CREATE TABLE "RollbackDrill" (
    "id" UUID NOT NULL,
    "projectId" UUID NOT NULL,
    "championId" UUID NOT NULL,
    "formerId" UUID NOT NULL,
    "outcome" TEXT NOT NULL,
    "sentence" TEXT NOT NULL,
    "backMs" INTEGER,
    "forthMs" INTEGER,
    "startedBy" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "RollbackDrill_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "RollbackDrill_projectId_key_key" ON "RollbackDrill"("projectId", "key");
CREATE INDEX "RollbackDrill_projectId_createdAt_idx" ON "RollbackDrill"("projectId", "createdAt");

-- Which step of which challenge a serving process follows, both models loaded; null where it follows none.
ALTER TABLE "ServingState" ADD COLUMN "challengeId" UUID;
ALTER TABLE "ServingState" ADD COLUMN "challengeSequence" INTEGER;

GRANT SELECT, INSERT ON "Challenge", "ChallengeStep", "ChallengeApproval", "ShadowAnswer", "ShadowCount", "ChallengeFault", "RollbackDrill" TO perennial_app;
GRANT UPDATE ("seen", "disagreed", "failed") ON "ShadowCount" TO perennial_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "Challenge", "ChallengeStep", "ChallengeApproval", "ShadowAnswer", "ShadowCount", "ChallengeFault", "RollbackDrill" TO perennial_erasure;
