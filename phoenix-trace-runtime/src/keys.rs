// Generated from `phoenix-trace-macros/semconv/*.json` by `cargo run -p phoenix-trace-tests --bin semconv-table`:
// change those files, not this one. Facts of the OpenTelemetry semantic conventions (Apache-2.0):
// v1.44.0-22-g384d66161:model, v1.41.0-11-g953276ff4:model/gen-ai, v1.41.0-11-g953276ff4:model/mcp, v1.41.0-11-g953276ff4:model/openai.

//! The keys of the OpenTelemetry attribute registry, as constants whose type holds the type of the values: what
//! `"http.request.method" = method` is as a path, `keys::HTTP_REQUEST_METHOD = method`. They complete in an editor,
//! and can be given to a function.
//!
//! The compiler checks that a key exists, and its values' type. A literal outside of the listed values is a warning,
//! as under a literal key. A key without a successor is deprecated here; one that was replaced takes
//! no value, and says what to write. Families of keys, such as `http.request.header.<name>`, are written as
//! literals. A value of any type is recorded as text.
//!
//! ```
//! use phoenix_trace::keys;
//!
//! assert_eq!(keys::HTTP_REQUEST_METHOD.name(), "http.request.method");
//! ```

use crate::key::Key;
use crate::key::types::{Bool, Double, Int, IntArray, Replaced, Str, StrArray};

/// `android.app.state`: a string (development). Listed: `created`, `background`, `foreground`.
pub const ANDROID_APP_STATE: Key<Str> = Key::new("android.app.state");

/// `android.os.api_level`: a string (development).
pub const ANDROID_OS_API_LEVEL: Key<Str> = Key::new("android.os.api_level");

/// `android.state`: a string.
#[deprecated(note = "instead of `android.state` write `keys::ANDROID_APP_STATE`")]
pub const ANDROID_STATE: Key<Replaced> = Key::new("android.state");

/// `app.build_id`: a string (development).
pub const APP_BUILD_ID: Key<Str> = Key::new("app.build_id");

/// `app.crash.id`: a string (development).
pub const APP_CRASH_ID: Key<Str> = Key::new("app.crash.id");

/// `app.installation.id`: a string (development).
pub const APP_INSTALLATION_ID: Key<Str> = Key::new("app.installation.id");

/// `app.jank.frame_count`: an int (development).
pub const APP_JANK_FRAME_COUNT: Key<Int> = Key::new("app.jank.frame_count");

/// `app.jank.period`: a double (development).
pub const APP_JANK_PERIOD: Key<Double> = Key::new("app.jank.period");

/// `app.jank.threshold`: a double (development).
pub const APP_JANK_THRESHOLD: Key<Double> = Key::new("app.jank.threshold");

/// `app.screen.coordinate.x`: an int (development).
pub const APP_SCREEN_COORDINATE_X: Key<Int> = Key::new("app.screen.coordinate.x");

/// `app.screen.coordinate.y`: an int (development).
pub const APP_SCREEN_COORDINATE_Y: Key<Int> = Key::new("app.screen.coordinate.y");

/// `app.screen.id`: a string (development).
pub const APP_SCREEN_ID: Key<Str> = Key::new("app.screen.id");

/// `app.screen.name`: a string (development).
pub const APP_SCREEN_NAME: Key<Str> = Key::new("app.screen.name");

/// `app.widget.id`: a string (development).
pub const APP_WIDGET_ID: Key<Str> = Key::new("app.widget.id");

/// `app.widget.name`: a string (development).
pub const APP_WIDGET_NAME: Key<Str> = Key::new("app.widget.name");

/// `artifact.attestation.filename`: a string (development).
pub const ARTIFACT_ATTESTATION_FILENAME: Key<Str> = Key::new("artifact.attestation.filename");

/// `artifact.attestation.hash`: a string (development).
pub const ARTIFACT_ATTESTATION_HASH: Key<Str> = Key::new("artifact.attestation.hash");

/// `artifact.attestation.id`: a string (development).
pub const ARTIFACT_ATTESTATION_ID: Key<Str> = Key::new("artifact.attestation.id");

/// `artifact.filename`: a string (development).
pub const ARTIFACT_FILENAME: Key<Str> = Key::new("artifact.filename");

/// `artifact.hash`: a string (development).
pub const ARTIFACT_HASH: Key<Str> = Key::new("artifact.hash");

/// `artifact.purl`: a string (development).
pub const ARTIFACT_PURL: Key<Str> = Key::new("artifact.purl");

/// `artifact.version`: a string (development).
pub const ARTIFACT_VERSION: Key<Str> = Key::new("artifact.version");

/// `aspnetcore.authentication.result`: a string (development). Listed: `success`, `failure`, `none`.
pub const ASPNETCORE_AUTHENTICATION_RESULT: Key<Str> = Key::new("aspnetcore.authentication.result");

/// `aspnetcore.authentication.scheme`: a string (development).
pub const ASPNETCORE_AUTHENTICATION_SCHEME: Key<Str> = Key::new("aspnetcore.authentication.scheme");

/// `aspnetcore.authorization.policy`: a string (development).
pub const ASPNETCORE_AUTHORIZATION_POLICY: Key<Str> = Key::new("aspnetcore.authorization.policy");

/// `aspnetcore.authorization.result`: a string (development). Listed: `success`, `failure`.
pub const ASPNETCORE_AUTHORIZATION_RESULT: Key<Str> = Key::new("aspnetcore.authorization.result");

/// `aspnetcore.diagnostics.exception.result`: a string (stable). Listed: `handled`, `unhandled`, `skipped`, `aborted`.
pub const ASPNETCORE_DIAGNOSTICS_EXCEPTION_RESULT: Key<Str> = Key::new("aspnetcore.diagnostics.exception.result");

/// `aspnetcore.diagnostics.handler.type`: a string (stable).
pub const ASPNETCORE_DIAGNOSTICS_HANDLER_TYPE: Key<Str> = Key::new("aspnetcore.diagnostics.handler.type");

/// `aspnetcore.identity.error_code`: a string (development).
pub const ASPNETCORE_IDENTITY_ERROR_CODE: Key<Str> = Key::new("aspnetcore.identity.error_code");

/// `aspnetcore.identity.password_check_result`: a string (development). Listed: `success`, `success_rehash_needed`, `failure`, `password_missing`, `user_missing`.
pub const ASPNETCORE_IDENTITY_PASSWORD_CHECK_RESULT: Key<Str> = Key::new("aspnetcore.identity.password_check_result");

/// `aspnetcore.identity.result`: a string (development). Listed: `success`, `failure`.
pub const ASPNETCORE_IDENTITY_RESULT: Key<Str> = Key::new("aspnetcore.identity.result");

/// `aspnetcore.identity.sign_in.result`: a string (development). Listed: `success`, `locked_out`, `not_allowed`, `requires_two_factor`, `failure`.
pub const ASPNETCORE_IDENTITY_SIGN_IN_RESULT: Key<Str> = Key::new("aspnetcore.identity.sign_in.result");

/// `aspnetcore.identity.sign_in.type`: a string (development). Listed: `password`, `two_factor_recovery_code`, `two_factor_authenticator`, `two_factor`, `external`, `passkey`.
pub const ASPNETCORE_IDENTITY_SIGN_IN_TYPE: Key<Str> = Key::new("aspnetcore.identity.sign_in.type");

/// `aspnetcore.identity.token_purpose`: a string (development). Listed: `reset_password`, `change_phone_number`, `email_confirmation`, `change_email`, `two_factor`, `_OTHER`.
pub const ASPNETCORE_IDENTITY_TOKEN_PURPOSE: Key<Str> = Key::new("aspnetcore.identity.token_purpose");

/// `aspnetcore.identity.token_verified`: a string (development). Listed: `success`, `failure`.
pub const ASPNETCORE_IDENTITY_TOKEN_VERIFIED: Key<Str> = Key::new("aspnetcore.identity.token_verified");

/// `aspnetcore.identity.user.update_type`: a string (development). Listed: `update`, `user_name`, `add_password`, `change_password`, `security_stamp`, `reset_password`, `remove_login`, `add_login`, `add_claims`, `replace_claim`, `remove_claims`, `add_to_roles`, `remove_from_roles`, `set_email`, `confirm_email`, `password_rehash`, `remove_password`, `change_email`, `set_phone_number`, `change_phone_number`, `set_two_factor_enabled`, `set_lockout_enabled`, `set_lockout_end_date`, `access_failed`, `reset_access_failed_count`, `set_authentication_token`, `remove_authentication_token`, `reset_authenticator_key`, `generate_new_two_factor_recovery_codes`, `redeem_two_factor_recovery_code`, `set_passkey`, `remove_passkey`, `_OTHER`.
pub const ASPNETCORE_IDENTITY_USER_UPDATE_TYPE: Key<Str> = Key::new("aspnetcore.identity.user.update_type");

/// `aspnetcore.identity.user_type`: a string (development).
pub const ASPNETCORE_IDENTITY_USER_TYPE: Key<Str> = Key::new("aspnetcore.identity.user_type");

/// `aspnetcore.memory_pool.owner`: a string (development).
pub const ASPNETCORE_MEMORY_POOL_OWNER: Key<Str> = Key::new("aspnetcore.memory_pool.owner");

/// `aspnetcore.rate_limiting.policy`: a string (stable).
pub const ASPNETCORE_RATE_LIMITING_POLICY: Key<Str> = Key::new("aspnetcore.rate_limiting.policy");

/// `aspnetcore.rate_limiting.result`: a string (stable). Listed: `acquired`, `endpoint_limiter`, `global_limiter`, `request_canceled`.
pub const ASPNETCORE_RATE_LIMITING_RESULT: Key<Str> = Key::new("aspnetcore.rate_limiting.result");

/// `aspnetcore.request.is_unhandled`: a bool (stable).
pub const ASPNETCORE_REQUEST_IS_UNHANDLED: Key<Bool> = Key::new("aspnetcore.request.is_unhandled");

/// `aspnetcore.routing.is_fallback`: a bool (stable).
pub const ASPNETCORE_ROUTING_IS_FALLBACK: Key<Bool> = Key::new("aspnetcore.routing.is_fallback");

/// `aspnetcore.routing.match_status`: a string (stable). Listed: `success`, `failure`.
pub const ASPNETCORE_ROUTING_MATCH_STATUS: Key<Str> = Key::new("aspnetcore.routing.match_status");

/// `aspnetcore.sign_in.is_persistent`: a bool (development).
pub const ASPNETCORE_SIGN_IN_IS_PERSISTENT: Key<Bool> = Key::new("aspnetcore.sign_in.is_persistent");

/// `aspnetcore.user.is_authenticated`: a bool (stable).
pub const ASPNETCORE_USER_IS_AUTHENTICATED: Key<Bool> = Key::new("aspnetcore.user.is_authenticated");

/// `aws.bedrock.guardrail.id`: a string (development).
pub const AWS_BEDROCK_GUARDRAIL_ID: Key<Str> = Key::new("aws.bedrock.guardrail.id");

/// `aws.bedrock.knowledge_base.id`: a string (development).
pub const AWS_BEDROCK_KNOWLEDGE_BASE_ID: Key<Str> = Key::new("aws.bedrock.knowledge_base.id");

/// `aws.dynamodb.attribute_definitions`: an array of strings (development).
pub const AWS_DYNAMODB_ATTRIBUTE_DEFINITIONS: Key<StrArray> = Key::new("aws.dynamodb.attribute_definitions");

/// `aws.dynamodb.attributes_to_get`: an array of strings (development).
pub const AWS_DYNAMODB_ATTRIBUTES_TO_GET: Key<StrArray> = Key::new("aws.dynamodb.attributes_to_get");

/// `aws.dynamodb.consistent_read`: a bool (development).
pub const AWS_DYNAMODB_CONSISTENT_READ: Key<Bool> = Key::new("aws.dynamodb.consistent_read");

/// `aws.dynamodb.consumed_capacity`: an array of strings (development).
pub const AWS_DYNAMODB_CONSUMED_CAPACITY: Key<StrArray> = Key::new("aws.dynamodb.consumed_capacity");

/// `aws.dynamodb.count`: an int (development).
pub const AWS_DYNAMODB_COUNT: Key<Int> = Key::new("aws.dynamodb.count");

/// `aws.dynamodb.exclusive_start_table`: a string (development).
pub const AWS_DYNAMODB_EXCLUSIVE_START_TABLE: Key<Str> = Key::new("aws.dynamodb.exclusive_start_table");

/// `aws.dynamodb.global_secondary_index_updates`: an array of strings (development).
pub const AWS_DYNAMODB_GLOBAL_SECONDARY_INDEX_UPDATES: Key<StrArray> = Key::new("aws.dynamodb.global_secondary_index_updates");

/// `aws.dynamodb.global_secondary_indexes`: an array of strings (development).
pub const AWS_DYNAMODB_GLOBAL_SECONDARY_INDEXES: Key<StrArray> = Key::new("aws.dynamodb.global_secondary_indexes");

/// `aws.dynamodb.index_name`: a string (development).
pub const AWS_DYNAMODB_INDEX_NAME: Key<Str> = Key::new("aws.dynamodb.index_name");

/// `aws.dynamodb.item_collection_metrics`: a string (development).
pub const AWS_DYNAMODB_ITEM_COLLECTION_METRICS: Key<Str> = Key::new("aws.dynamodb.item_collection_metrics");

/// `aws.dynamodb.limit`: an int (development).
pub const AWS_DYNAMODB_LIMIT: Key<Int> = Key::new("aws.dynamodb.limit");

/// `aws.dynamodb.local_secondary_indexes`: an array of strings (development).
pub const AWS_DYNAMODB_LOCAL_SECONDARY_INDEXES: Key<StrArray> = Key::new("aws.dynamodb.local_secondary_indexes");

/// `aws.dynamodb.projection`: a string (development).
pub const AWS_DYNAMODB_PROJECTION: Key<Str> = Key::new("aws.dynamodb.projection");

/// `aws.dynamodb.provisioned_read_capacity`: a double (development).
pub const AWS_DYNAMODB_PROVISIONED_READ_CAPACITY: Key<Double> = Key::new("aws.dynamodb.provisioned_read_capacity");

/// `aws.dynamodb.provisioned_write_capacity`: a double (development).
pub const AWS_DYNAMODB_PROVISIONED_WRITE_CAPACITY: Key<Double> = Key::new("aws.dynamodb.provisioned_write_capacity");

/// `aws.dynamodb.scan_forward`: a bool (development).
pub const AWS_DYNAMODB_SCAN_FORWARD: Key<Bool> = Key::new("aws.dynamodb.scan_forward");

/// `aws.dynamodb.scanned_count`: an int (development).
pub const AWS_DYNAMODB_SCANNED_COUNT: Key<Int> = Key::new("aws.dynamodb.scanned_count");

/// `aws.dynamodb.segment`: an int (development).
pub const AWS_DYNAMODB_SEGMENT: Key<Int> = Key::new("aws.dynamodb.segment");

/// `aws.dynamodb.select`: a string (development).
pub const AWS_DYNAMODB_SELECT: Key<Str> = Key::new("aws.dynamodb.select");

/// `aws.dynamodb.table_count`: an int (development).
pub const AWS_DYNAMODB_TABLE_COUNT: Key<Int> = Key::new("aws.dynamodb.table_count");

/// `aws.dynamodb.table_names`: an array of strings (development).
pub const AWS_DYNAMODB_TABLE_NAMES: Key<StrArray> = Key::new("aws.dynamodb.table_names");

/// `aws.dynamodb.total_segments`: an int (development).
pub const AWS_DYNAMODB_TOTAL_SEGMENTS: Key<Int> = Key::new("aws.dynamodb.total_segments");

/// `aws.ecs.cluster.arn`: a string (development).
pub const AWS_ECS_CLUSTER_ARN: Key<Str> = Key::new("aws.ecs.cluster.arn");

/// `aws.ecs.container.arn`: a string (development).
pub const AWS_ECS_CONTAINER_ARN: Key<Str> = Key::new("aws.ecs.container.arn");

/// `aws.ecs.launchtype`: a string (development). Listed: `ec2`, `fargate`.
pub const AWS_ECS_LAUNCHTYPE: Key<Str> = Key::new("aws.ecs.launchtype");

/// `aws.ecs.task.arn`: a string (development).
pub const AWS_ECS_TASK_ARN: Key<Str> = Key::new("aws.ecs.task.arn");

/// `aws.ecs.task.family`: a string (development).
pub const AWS_ECS_TASK_FAMILY: Key<Str> = Key::new("aws.ecs.task.family");

/// `aws.ecs.task.id`: a string (development).
pub const AWS_ECS_TASK_ID: Key<Str> = Key::new("aws.ecs.task.id");

/// `aws.ecs.task.revision`: a string (development).
pub const AWS_ECS_TASK_REVISION: Key<Str> = Key::new("aws.ecs.task.revision");

/// `aws.eks.cluster.arn`: a string (development).
pub const AWS_EKS_CLUSTER_ARN: Key<Str> = Key::new("aws.eks.cluster.arn");

/// `aws.extended_request_id`: a string (development).
pub const AWS_EXTENDED_REQUEST_ID: Key<Str> = Key::new("aws.extended_request_id");

/// `aws.kinesis.stream_name`: a string (development).
pub const AWS_KINESIS_STREAM_NAME: Key<Str> = Key::new("aws.kinesis.stream_name");

/// `aws.lambda.invoked_arn`: a string (development).
pub const AWS_LAMBDA_INVOKED_ARN: Key<Str> = Key::new("aws.lambda.invoked_arn");

/// `aws.lambda.resource_mapping.id`: a string (development).
pub const AWS_LAMBDA_RESOURCE_MAPPING_ID: Key<Str> = Key::new("aws.lambda.resource_mapping.id");

/// `aws.log.group.arns`: an array of strings (development).
pub const AWS_LOG_GROUP_ARNS: Key<StrArray> = Key::new("aws.log.group.arns");

/// `aws.log.group.names`: an array of strings (development).
pub const AWS_LOG_GROUP_NAMES: Key<StrArray> = Key::new("aws.log.group.names");

/// `aws.log.stream.arns`: an array of strings (development).
pub const AWS_LOG_STREAM_ARNS: Key<StrArray> = Key::new("aws.log.stream.arns");

/// `aws.log.stream.names`: an array of strings (development).
pub const AWS_LOG_STREAM_NAMES: Key<StrArray> = Key::new("aws.log.stream.names");

/// `aws.request_id`: a string (development).
pub const AWS_REQUEST_ID: Key<Str> = Key::new("aws.request_id");

/// `aws.s3.bucket`: a string (development).
pub const AWS_S3_BUCKET: Key<Str> = Key::new("aws.s3.bucket");

/// `aws.s3.copy_source`: a string (development).
pub const AWS_S3_COPY_SOURCE: Key<Str> = Key::new("aws.s3.copy_source");

/// `aws.s3.delete`: a string (development).
pub const AWS_S3_DELETE: Key<Str> = Key::new("aws.s3.delete");

/// `aws.s3.key`: a string (development).
pub const AWS_S3_KEY: Key<Str> = Key::new("aws.s3.key");

/// `aws.s3.part_number`: an int (development).
pub const AWS_S3_PART_NUMBER: Key<Int> = Key::new("aws.s3.part_number");

/// `aws.s3.upload_id`: a string (development).
pub const AWS_S3_UPLOAD_ID: Key<Str> = Key::new("aws.s3.upload_id");

/// `aws.secretsmanager.secret.arn`: a string (development).
pub const AWS_SECRETSMANAGER_SECRET_ARN: Key<Str> = Key::new("aws.secretsmanager.secret.arn");

/// `aws.sns.topic.arn`: a string (development).
pub const AWS_SNS_TOPIC_ARN: Key<Str> = Key::new("aws.sns.topic.arn");

/// `aws.sqs.queue.url`: a string (development).
pub const AWS_SQS_QUEUE_URL: Key<Str> = Key::new("aws.sqs.queue.url");

/// `aws.step_functions.activity.arn`: a string (development).
pub const AWS_STEP_FUNCTIONS_ACTIVITY_ARN: Key<Str> = Key::new("aws.step_functions.activity.arn");

/// `aws.step_functions.state_machine.arn`: a string (development).
pub const AWS_STEP_FUNCTIONS_STATE_MACHINE_ARN: Key<Str> = Key::new("aws.step_functions.state_machine.arn");

/// `az.namespace`: a string.
#[deprecated(note = "instead of `az.namespace` write `keys::AZURE_RESOURCE_PROVIDER_NAMESPACE`")]
pub const AZ_NAMESPACE: Key<Replaced> = Key::new("az.namespace");

/// `az.service_request_id`: a string.
#[deprecated(note = "instead of `az.service_request_id` write `keys::AZURE_SERVICE_REQUEST_ID`")]
pub const AZ_SERVICE_REQUEST_ID: Key<Replaced> = Key::new("az.service_request_id");

/// `azure.client.id`: a string (development).
pub const AZURE_CLIENT_ID: Key<Str> = Key::new("azure.client.id");

/// `azure.cosmosdb.connection.mode`: a string (development). Listed: `gateway`, `direct`.
pub const AZURE_COSMOSDB_CONNECTION_MODE: Key<Str> = Key::new("azure.cosmosdb.connection.mode");

/// `azure.cosmosdb.consistency.level`: a string (development). Listed: `Strong`, `BoundedStaleness`, `Session`, `Eventual`, `ConsistentPrefix`.
pub const AZURE_COSMOSDB_CONSISTENCY_LEVEL: Key<Str> = Key::new("azure.cosmosdb.consistency.level");

/// `azure.cosmosdb.operation.contacted_regions`: an array of strings (development).
pub const AZURE_COSMOSDB_OPERATION_CONTACTED_REGIONS: Key<StrArray> = Key::new("azure.cosmosdb.operation.contacted_regions");

/// `azure.cosmosdb.operation.request_charge`: a double (development).
pub const AZURE_COSMOSDB_OPERATION_REQUEST_CHARGE: Key<Double> = Key::new("azure.cosmosdb.operation.request_charge");

/// `azure.cosmosdb.request.body.size`: an int (development).
pub const AZURE_COSMOSDB_REQUEST_BODY_SIZE: Key<Int> = Key::new("azure.cosmosdb.request.body.size");

/// `azure.cosmosdb.response.sub_status_code`: an int (development).
pub const AZURE_COSMOSDB_RESPONSE_SUB_STATUS_CODE: Key<Int> = Key::new("azure.cosmosdb.response.sub_status_code");

/// `azure.resource_group.name`: a string (development).
pub const AZURE_RESOURCE_GROUP_NAME: Key<Str> = Key::new("azure.resource_group.name");

/// `azure.resource_provider.namespace`: a string (development).
pub const AZURE_RESOURCE_PROVIDER_NAMESPACE: Key<Str> = Key::new("azure.resource_provider.namespace");

/// `azure.service.request.id`: a string (development).
pub const AZURE_SERVICE_REQUEST_ID: Key<Str> = Key::new("azure.service.request.id");

/// `browser.brands`: an array of strings (development).
pub const BROWSER_BRANDS: Key<StrArray> = Key::new("browser.brands");

/// `browser.document.url.full`: a string (development).
pub const BROWSER_DOCUMENT_URL_FULL: Key<Str> = Key::new("browser.document.url.full");

/// `browser.language`: a string (development).
pub const BROWSER_LANGUAGE: Key<Str> = Key::new("browser.language");

/// `browser.mobile`: a bool (development).
pub const BROWSER_MOBILE: Key<Bool> = Key::new("browser.mobile");

/// `browser.platform`: a string (development).
pub const BROWSER_PLATFORM: Key<Str> = Key::new("browser.platform");

/// `browser.web_vital.delta`: a double (development).
pub const BROWSER_WEB_VITAL_DELTA: Key<Double> = Key::new("browser.web_vital.delta");

/// `browser.web_vital.id`: a string (development).
pub const BROWSER_WEB_VITAL_ID: Key<Str> = Key::new("browser.web_vital.id");

/// `browser.web_vital.name`: a string (development). Listed: `cls`, `lcp`, `fcp`, `inp`, `ttfb`, `fid`.
pub const BROWSER_WEB_VITAL_NAME: Key<Str> = Key::new("browser.web_vital.name");

/// `browser.web_vital.navigation_type`: a string (development). Listed: `navigate`, `reload`, `back-forward`, `back-forward-cache`, `prerender`, `restore`.
pub const BROWSER_WEB_VITAL_NAVIGATION_TYPE: Key<Str> = Key::new("browser.web_vital.navigation_type");

/// `browser.web_vital.rating`: a string (development). Listed: `good`, `needs-improvement`, `poor`.
pub const BROWSER_WEB_VITAL_RATING: Key<Str> = Key::new("browser.web_vital.rating");

/// `browser.web_vital.value`: a double (development).
pub const BROWSER_WEB_VITAL_VALUE: Key<Double> = Key::new("browser.web_vital.value");

/// `cassandra.consistency.level`: a string (development). Listed: `all`, `each_quorum`, `quorum`, `local_quorum`, `one`, `two`, `three`, `local_one`, `any`, `serial`, `local_serial`.
pub const CASSANDRA_CONSISTENCY_LEVEL: Key<Str> = Key::new("cassandra.consistency.level");

/// `cassandra.coordinator.dc`: a string (development).
pub const CASSANDRA_COORDINATOR_DC: Key<Str> = Key::new("cassandra.coordinator.dc");

/// `cassandra.coordinator.id`: a string (development).
pub const CASSANDRA_COORDINATOR_ID: Key<Str> = Key::new("cassandra.coordinator.id");

/// `cassandra.page.size`: an int (development).
pub const CASSANDRA_PAGE_SIZE: Key<Int> = Key::new("cassandra.page.size");

/// `cassandra.query.idempotent`: a bool (development).
pub const CASSANDRA_QUERY_IDEMPOTENT: Key<Bool> = Key::new("cassandra.query.idempotent");

/// `cassandra.speculative_execution.count`: an int (development).
pub const CASSANDRA_SPECULATIVE_EXECUTION_COUNT: Key<Int> = Key::new("cassandra.speculative_execution.count");

/// `cicd.pipeline.action.name`: a string (release candidate). Listed: `BUILD`, `RUN`, `SYNC`.
pub const CICD_PIPELINE_ACTION_NAME: Key<Str> = Key::new("cicd.pipeline.action.name");

/// `cicd.pipeline.name`: a string (release candidate).
pub const CICD_PIPELINE_NAME: Key<Str> = Key::new("cicd.pipeline.name");

/// `cicd.pipeline.result`: a string (release candidate). Listed: `success`, `failure`, `error`, `timeout`, `cancellation`, `skip`.
pub const CICD_PIPELINE_RESULT: Key<Str> = Key::new("cicd.pipeline.result");

/// `cicd.pipeline.run.id`: a string (release candidate).
pub const CICD_PIPELINE_RUN_ID: Key<Str> = Key::new("cicd.pipeline.run.id");

/// `cicd.pipeline.run.state`: a string (release candidate). Listed: `pending`, `executing`, `finalizing`.
pub const CICD_PIPELINE_RUN_STATE: Key<Str> = Key::new("cicd.pipeline.run.state");

/// `cicd.pipeline.run.url.full`: a string (release candidate).
pub const CICD_PIPELINE_RUN_URL_FULL: Key<Str> = Key::new("cicd.pipeline.run.url.full");

/// `cicd.pipeline.task.name`: a string (release candidate).
pub const CICD_PIPELINE_TASK_NAME: Key<Str> = Key::new("cicd.pipeline.task.name");

/// `cicd.pipeline.task.run.id`: a string (release candidate).
pub const CICD_PIPELINE_TASK_RUN_ID: Key<Str> = Key::new("cicd.pipeline.task.run.id");

/// `cicd.pipeline.task.run.result`: a string (release candidate). Listed: `success`, `failure`, `error`, `timeout`, `cancellation`, `skip`.
pub const CICD_PIPELINE_TASK_RUN_RESULT: Key<Str> = Key::new("cicd.pipeline.task.run.result");

/// `cicd.pipeline.task.run.url.full`: a string (release candidate).
pub const CICD_PIPELINE_TASK_RUN_URL_FULL: Key<Str> = Key::new("cicd.pipeline.task.run.url.full");

/// `cicd.pipeline.task.type`: a string (release candidate). Listed: `build`, `test`, `deploy`.
pub const CICD_PIPELINE_TASK_TYPE: Key<Str> = Key::new("cicd.pipeline.task.type");

/// `cicd.system.component`: a string (release candidate).
pub const CICD_SYSTEM_COMPONENT: Key<Str> = Key::new("cicd.system.component");

/// `cicd.worker.id`: a string (release candidate).
pub const CICD_WORKER_ID: Key<Str> = Key::new("cicd.worker.id");

/// `cicd.worker.name`: a string (release candidate).
pub const CICD_WORKER_NAME: Key<Str> = Key::new("cicd.worker.name");

/// `cicd.worker.state`: a string (release candidate). Listed: `available`, `busy`, `offline`.
pub const CICD_WORKER_STATE: Key<Str> = Key::new("cicd.worker.state");

/// `cicd.worker.url.full`: a string (release candidate).
pub const CICD_WORKER_URL_FULL: Key<Str> = Key::new("cicd.worker.url.full");

/// `client.address`: a string (stable).
pub const CLIENT_ADDRESS: Key<Str> = Key::new("client.address");

/// `client.port`: an int (stable).
pub const CLIENT_PORT: Key<Int> = Key::new("client.port");

/// `cloud.account.id`: a string (development).
pub const CLOUD_ACCOUNT_ID: Key<Str> = Key::new("cloud.account.id");

/// `cloud.availability_zone`: a string (development).
pub const CLOUD_AVAILABILITY_ZONE: Key<Str> = Key::new("cloud.availability_zone");

/// `cloud.platform`: a string (development). Listed: `akamai_cloud.compute`, `alibaba_cloud_ecs`, `alibaba_cloud_fc`, `alibaba_cloud_openshift`, `aws_ec2`, `aws_ecs`, `aws_eks`, `aws_lambda`, `aws_elastic_beanstalk`, `aws_app_runner`, `aws_openshift`, `azure.vm`, `azure.container_apps`, `azure.container_instances`, `azure.aks`, `azure.functions`, `azure.app_service`, `azure.openshift`, `azure_vm`, `azure_container_apps`, `azure_container_instances`, `azure_aks`, `azure_functions`, `azure_app_service`, `azure_openshift`, `gcp.agent_engine`, `gcp_bare_metal_solution`, `gcp_compute_engine`, `gcp_cloud_run`, `gcp_kubernetes_engine`, `gcp_cloud_functions`, `gcp_app_engine`, `gcp_openshift`, `hetzner.cloud_server`, `ibm_cloud_openshift`, `oracle_cloud_compute`, `oracle_cloud_oke`, `scaleway_cloud_compute`, `tencent_cloud_cvm`, `tencent_cloud_eks`, `tencent_cloud_scf`, `vultr.cloud_compute`.
pub const CLOUD_PLATFORM: Key<Str> = Key::new("cloud.platform");

/// `cloud.provider`: a string (development). Listed: `akamai_cloud`, `alibaba_cloud`, `aws`, `azure`, `gcp`, `heroku`, `hetzner`, `ibm_cloud`, `oracle_cloud`, `scaleway_cloud`, `tencent_cloud`, `vultr`.
pub const CLOUD_PROVIDER: Key<Str> = Key::new("cloud.provider");

/// `cloud.region`: a string (development).
pub const CLOUD_REGION: Key<Str> = Key::new("cloud.region");

/// `cloud.resource_id`: a string (development).
pub const CLOUD_RESOURCE_ID: Key<Str> = Key::new("cloud.resource_id");

/// `cloudevents.event_id`: a string (development).
pub const CLOUDEVENTS_EVENT_ID: Key<Str> = Key::new("cloudevents.event_id");

/// `cloudevents.event_source`: a string (development).
pub const CLOUDEVENTS_EVENT_SOURCE: Key<Str> = Key::new("cloudevents.event_source");

/// `cloudevents.event_spec_version`: a string (development).
pub const CLOUDEVENTS_EVENT_SPEC_VERSION: Key<Str> = Key::new("cloudevents.event_spec_version");

/// `cloudevents.event_subject`: a string (development).
pub const CLOUDEVENTS_EVENT_SUBJECT: Key<Str> = Key::new("cloudevents.event_subject");

/// `cloudevents.event_type`: a string (development).
pub const CLOUDEVENTS_EVENT_TYPE: Key<Str> = Key::new("cloudevents.event_type");

/// `cloudfoundry.app.id`: a string (development).
pub const CLOUDFOUNDRY_APP_ID: Key<Str> = Key::new("cloudfoundry.app.id");

/// `cloudfoundry.app.instance.id`: a string (development).
pub const CLOUDFOUNDRY_APP_INSTANCE_ID: Key<Str> = Key::new("cloudfoundry.app.instance.id");

/// `cloudfoundry.app.name`: a string (development).
pub const CLOUDFOUNDRY_APP_NAME: Key<Str> = Key::new("cloudfoundry.app.name");

/// `cloudfoundry.org.id`: a string (development).
pub const CLOUDFOUNDRY_ORG_ID: Key<Str> = Key::new("cloudfoundry.org.id");

/// `cloudfoundry.org.name`: a string (development).
pub const CLOUDFOUNDRY_ORG_NAME: Key<Str> = Key::new("cloudfoundry.org.name");

/// `cloudfoundry.process.id`: a string (development).
pub const CLOUDFOUNDRY_PROCESS_ID: Key<Str> = Key::new("cloudfoundry.process.id");

/// `cloudfoundry.process.type`: a string (development).
pub const CLOUDFOUNDRY_PROCESS_TYPE: Key<Str> = Key::new("cloudfoundry.process.type");

/// `cloudfoundry.space.id`: a string (development).
pub const CLOUDFOUNDRY_SPACE_ID: Key<Str> = Key::new("cloudfoundry.space.id");

/// `cloudfoundry.space.name`: a string (development).
pub const CLOUDFOUNDRY_SPACE_NAME: Key<Str> = Key::new("cloudfoundry.space.name");

/// `cloudfoundry.system.id`: a string (development).
pub const CLOUDFOUNDRY_SYSTEM_ID: Key<Str> = Key::new("cloudfoundry.system.id");

/// `cloudfoundry.system.instance.id`: a string (development).
pub const CLOUDFOUNDRY_SYSTEM_INSTANCE_ID: Key<Str> = Key::new("cloudfoundry.system.instance.id");

/// `code.column`: an int.
#[deprecated(note = "instead of `code.column` write `keys::CODE_COLUMN_NUMBER`")]
pub const CODE_COLUMN: Key<Replaced> = Key::new("code.column");

/// `code.column.number`: an int (stable).
pub const CODE_COLUMN_NUMBER: Key<Int> = Key::new("code.column.number");

/// `code.file.path`: a string (stable).
pub const CODE_FILE_PATH: Key<Str> = Key::new("code.file.path");

/// `code.filepath`: a string.
#[deprecated(note = "instead of `code.filepath` write `keys::CODE_FILE_PATH`")]
pub const CODE_FILEPATH: Key<Replaced> = Key::new("code.filepath");

/// `code.function`: a string.
#[deprecated(note = "instead of `code.function` write `keys::CODE_FUNCTION_NAME`")]
pub const CODE_FUNCTION: Key<Replaced> = Key::new("code.function");

/// `code.function.name`: a string (stable).
pub const CODE_FUNCTION_NAME: Key<Str> = Key::new("code.function.name");

/// `code.line.number`: an int (stable).
pub const CODE_LINE_NUMBER: Key<Int> = Key::new("code.line.number");

/// `code.lineno`: an int.
#[deprecated(note = "instead of `code.lineno` write `keys::CODE_LINE_NUMBER`")]
pub const CODE_LINENO: Key<Replaced> = Key::new("code.lineno");

/// `code.namespace`: a string.
#[deprecated(note = "instead of `code.namespace` write `keys::CODE_FUNCTION_NAME`")]
pub const CODE_NAMESPACE: Key<Replaced> = Key::new("code.namespace");

/// `code.stacktrace`: a string (stable).
pub const CODE_STACKTRACE: Key<Str> = Key::new("code.stacktrace");

/// `container.command`: a string (development).
pub const CONTAINER_COMMAND: Key<Str> = Key::new("container.command");

/// `container.command_args`: an array of strings (development).
pub const CONTAINER_COMMAND_ARGS: Key<StrArray> = Key::new("container.command_args");

/// `container.command_line`: a string (development).
pub const CONTAINER_COMMAND_LINE: Key<Str> = Key::new("container.command_line");

/// `container.cpu.state`: a string.
#[deprecated(note = "instead of `container.cpu.state` write `keys::CPU_MODE`")]
pub const CONTAINER_CPU_STATE: Key<Replaced> = Key::new("container.cpu.state");

/// `container.csi.plugin.name`: a string (development).
pub const CONTAINER_CSI_PLUGIN_NAME: Key<Str> = Key::new("container.csi.plugin.name");

/// `container.csi.volume.id`: a string (development).
pub const CONTAINER_CSI_VOLUME_ID: Key<Str> = Key::new("container.csi.volume.id");

/// `container.id`: a string (stable).
pub const CONTAINER_ID: Key<Str> = Key::new("container.id");

/// `container.image.id`: a string (development).
pub const CONTAINER_IMAGE_ID: Key<Str> = Key::new("container.image.id");

/// `container.image.name`: a string (stable).
pub const CONTAINER_IMAGE_NAME: Key<Str> = Key::new("container.image.name");

/// `container.image.repo_digests`: an array of strings (stable).
pub const CONTAINER_IMAGE_REPO_DIGESTS: Key<StrArray> = Key::new("container.image.repo_digests");

/// `container.image.tags`: an array of strings (stable).
pub const CONTAINER_IMAGE_TAGS: Key<StrArray> = Key::new("container.image.tags");

/// `container.name`: a string (development).
pub const CONTAINER_NAME: Key<Str> = Key::new("container.name");

/// `container.runtime`: a string.
#[deprecated(note = "instead of `container.runtime` write `keys::CONTAINER_RUNTIME_NAME`")]
pub const CONTAINER_RUNTIME: Key<Replaced> = Key::new("container.runtime");

/// `container.runtime.description`: a string (development).
pub const CONTAINER_RUNTIME_DESCRIPTION: Key<Str> = Key::new("container.runtime.description");

/// `container.runtime.name`: a string (development).
pub const CONTAINER_RUNTIME_NAME: Key<Str> = Key::new("container.runtime.name");

/// `container.runtime.version`: a string (development).
pub const CONTAINER_RUNTIME_VERSION: Key<Str> = Key::new("container.runtime.version");

/// `cpu.logical_number`: an int (development).
pub const CPU_LOGICAL_NUMBER: Key<Int> = Key::new("cpu.logical_number");

/// `cpu.mode`: a string (release candidate). Listed: `user`, `system`, `nice`, `idle`, `iowait`, `interrupt`, `steal`, `kernel`.
pub const CPU_MODE: Key<Str> = Key::new("cpu.mode");

/// `cpython.gc.generation`: an int (development). Listed: `0`, `1`, `2`.
pub const CPYTHON_GC_GENERATION: Key<Int> = Key::new("cpython.gc.generation");

/// `db.cassandra.consistency_level`: a string.
#[deprecated(note = "instead of `db.cassandra.consistency_level` write `keys::CASSANDRA_CONSISTENCY_LEVEL`")]
pub const DB_CASSANDRA_CONSISTENCY_LEVEL: Key<Replaced> = Key::new("db.cassandra.consistency_level");

/// `db.cassandra.coordinator.dc`: a string.
#[deprecated(note = "instead of `db.cassandra.coordinator.dc` write `keys::CASSANDRA_COORDINATOR_DC`")]
pub const DB_CASSANDRA_COORDINATOR_DC: Key<Replaced> = Key::new("db.cassandra.coordinator.dc");

/// `db.cassandra.coordinator.id`: a string.
#[deprecated(note = "instead of `db.cassandra.coordinator.id` write `keys::CASSANDRA_COORDINATOR_ID`")]
pub const DB_CASSANDRA_COORDINATOR_ID: Key<Replaced> = Key::new("db.cassandra.coordinator.id");

/// `db.cassandra.idempotence`: a bool.
#[deprecated(note = "instead of `db.cassandra.idempotence` write `keys::CASSANDRA_QUERY_IDEMPOTENT`")]
pub const DB_CASSANDRA_IDEMPOTENCE: Key<Replaced> = Key::new("db.cassandra.idempotence");

/// `db.cassandra.page_size`: an int.
#[deprecated(note = "instead of `db.cassandra.page_size` write `keys::CASSANDRA_PAGE_SIZE`")]
pub const DB_CASSANDRA_PAGE_SIZE: Key<Replaced> = Key::new("db.cassandra.page_size");

/// `db.cassandra.speculative_execution_count`: an int.
#[deprecated(note = "instead of `db.cassandra.speculative_execution_count` write `keys::CASSANDRA_SPECULATIVE_EXECUTION_COUNT`")]
pub const DB_CASSANDRA_SPECULATIVE_EXECUTION_COUNT: Key<Replaced> = Key::new("db.cassandra.speculative_execution_count");

/// `db.cassandra.table`: a string.
#[deprecated(note = "instead of `db.cassandra.table` write `keys::DB_COLLECTION_NAME`")]
pub const DB_CASSANDRA_TABLE: Key<Replaced> = Key::new("db.cassandra.table");

/// `db.client.connection.pool.name`: a string (development).
pub const DB_CLIENT_CONNECTION_POOL_NAME: Key<Str> = Key::new("db.client.connection.pool.name");

/// `db.client.connection.state`: a string (development). Listed: `idle`, `used`.
pub const DB_CLIENT_CONNECTION_STATE: Key<Str> = Key::new("db.client.connection.state");

/// `db.client.connections.pool.name`: a string.
#[deprecated(note = "instead of `db.client.connections.pool.name` write `keys::DB_CLIENT_CONNECTION_POOL_NAME`")]
pub const DB_CLIENT_CONNECTIONS_POOL_NAME: Key<Replaced> = Key::new("db.client.connections.pool.name");

/// `db.client.connections.state`: a string.
#[deprecated(note = "instead of `db.client.connections.state` write `keys::DB_CLIENT_CONNECTION_STATE`")]
pub const DB_CLIENT_CONNECTIONS_STATE: Key<Replaced> = Key::new("db.client.connections.state");

/// `db.collection.name`: a string (stable).
pub const DB_COLLECTION_NAME: Key<Str> = Key::new("db.collection.name");

/// `db.connection_string`: a string.
#[deprecated(note = "instead of `db.connection_string` write `keys::SERVER_ADDRESS` and `keys::SERVER_PORT`")]
pub const DB_CONNECTION_STRING: Key<Replaced> = Key::new("db.connection_string");

/// `db.cosmosdb.client_id`: a string.
#[deprecated(note = "instead of `db.cosmosdb.client_id` write `keys::AZURE_CLIENT_ID`")]
pub const DB_COSMOSDB_CLIENT_ID: Key<Replaced> = Key::new("db.cosmosdb.client_id");

/// `db.cosmosdb.connection_mode`: a string.
#[deprecated(note = "instead of `db.cosmosdb.connection_mode` write `keys::AZURE_COSMOSDB_CONNECTION_MODE`")]
pub const DB_COSMOSDB_CONNECTION_MODE: Key<Replaced> = Key::new("db.cosmosdb.connection_mode");

/// `db.cosmosdb.consistency_level`: a string.
#[deprecated(note = "instead of `db.cosmosdb.consistency_level` write `keys::AZURE_COSMOSDB_CONSISTENCY_LEVEL`")]
pub const DB_COSMOSDB_CONSISTENCY_LEVEL: Key<Replaced> = Key::new("db.cosmosdb.consistency_level");

/// `db.cosmosdb.container`: a string.
#[deprecated(note = "instead of `db.cosmosdb.container` write `keys::DB_COLLECTION_NAME`")]
pub const DB_COSMOSDB_CONTAINER: Key<Replaced> = Key::new("db.cosmosdb.container");

/// `db.cosmosdb.operation_type`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `db.cosmosdb.operation_type` and names no replacement")]
pub const DB_COSMOSDB_OPERATION_TYPE: Key<Str> = Key::new("db.cosmosdb.operation_type");

/// `db.cosmosdb.regions_contacted`: an array of strings.
#[deprecated(note = "instead of `db.cosmosdb.regions_contacted` write `keys::AZURE_COSMOSDB_OPERATION_CONTACTED_REGIONS`")]
pub const DB_COSMOSDB_REGIONS_CONTACTED: Key<Replaced> = Key::new("db.cosmosdb.regions_contacted");

/// `db.cosmosdb.request_charge`: a double.
#[deprecated(note = "instead of `db.cosmosdb.request_charge` write `keys::AZURE_COSMOSDB_OPERATION_REQUEST_CHARGE`")]
pub const DB_COSMOSDB_REQUEST_CHARGE: Key<Replaced> = Key::new("db.cosmosdb.request_charge");

/// `db.cosmosdb.request_content_length`: an int.
#[deprecated(note = "instead of `db.cosmosdb.request_content_length` write `keys::AZURE_COSMOSDB_REQUEST_BODY_SIZE`")]
pub const DB_COSMOSDB_REQUEST_CONTENT_LENGTH: Key<Replaced> = Key::new("db.cosmosdb.request_content_length");

/// `db.cosmosdb.status_code`: an int.
#[deprecated(note = "instead of `db.cosmosdb.status_code` write `keys::DB_RESPONSE_STATUS_CODE`")]
pub const DB_COSMOSDB_STATUS_CODE: Key<Replaced> = Key::new("db.cosmosdb.status_code");

/// `db.cosmosdb.sub_status_code`: an int.
#[deprecated(note = "instead of `db.cosmosdb.sub_status_code` write `keys::AZURE_COSMOSDB_RESPONSE_SUB_STATUS_CODE`")]
pub const DB_COSMOSDB_SUB_STATUS_CODE: Key<Replaced> = Key::new("db.cosmosdb.sub_status_code");

/// `db.elasticsearch.cluster.name`: a string.
#[deprecated(note = "instead of `db.elasticsearch.cluster.name` write `keys::DB_NAMESPACE`")]
pub const DB_ELASTICSEARCH_CLUSTER_NAME: Key<Replaced> = Key::new("db.elasticsearch.cluster.name");

/// `db.elasticsearch.node.name`: a string.
#[deprecated(note = "instead of `db.elasticsearch.node.name` write `keys::ELASTICSEARCH_NODE_NAME`")]
pub const DB_ELASTICSEARCH_NODE_NAME: Key<Replaced> = Key::new("db.elasticsearch.node.name");

/// `db.instance.id`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `db.instance.id` and names no replacement")]
pub const DB_INSTANCE_ID: Key<Str> = Key::new("db.instance.id");

/// `db.jdbc.driver_classname`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `db.jdbc.driver_classname` and names no replacement")]
pub const DB_JDBC_DRIVER_CLASSNAME: Key<Str> = Key::new("db.jdbc.driver_classname");

/// `db.mongodb.collection`: a string.
#[deprecated(note = "instead of `db.mongodb.collection` write `keys::DB_COLLECTION_NAME`")]
pub const DB_MONGODB_COLLECTION: Key<Replaced> = Key::new("db.mongodb.collection");

/// `db.mssql.instance_name`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `db.mssql.instance_name` and names no replacement")]
pub const DB_MSSQL_INSTANCE_NAME: Key<Str> = Key::new("db.mssql.instance_name");

/// `db.name`: a string.
#[deprecated(note = "instead of `db.name` write `keys::DB_NAMESPACE`")]
pub const DB_NAME: Key<Replaced> = Key::new("db.name");

/// `db.namespace`: a string (stable).
pub const DB_NAMESPACE: Key<Str> = Key::new("db.namespace");

/// `db.operation`: a string.
#[deprecated(note = "instead of `db.operation` write `keys::DB_OPERATION_NAME`")]
pub const DB_OPERATION: Key<Replaced> = Key::new("db.operation");

/// `db.operation.batch.size`: an int (stable).
pub const DB_OPERATION_BATCH_SIZE: Key<Int> = Key::new("db.operation.batch.size");

/// `db.operation.name`: a string (stable).
pub const DB_OPERATION_NAME: Key<Str> = Key::new("db.operation.name");

/// `db.query.summary`: a string (stable).
pub const DB_QUERY_SUMMARY: Key<Str> = Key::new("db.query.summary");

/// `db.query.text`: a string (stable).
pub const DB_QUERY_TEXT: Key<Str> = Key::new("db.query.text");

/// `db.redis.database_index`: an int.
#[deprecated(note = "instead of `db.redis.database_index` write `keys::DB_NAMESPACE`")]
pub const DB_REDIS_DATABASE_INDEX: Key<Replaced> = Key::new("db.redis.database_index");

/// `db.response.returned_rows`: an int (development).
pub const DB_RESPONSE_RETURNED_ROWS: Key<Int> = Key::new("db.response.returned_rows");

/// `db.response.status_code`: a string (stable).
pub const DB_RESPONSE_STATUS_CODE: Key<Str> = Key::new("db.response.status_code");

/// `db.sql.table`: a string.
#[deprecated(note = "instead of `db.sql.table` write `keys::DB_COLLECTION_NAME`")]
pub const DB_SQL_TABLE: Key<Replaced> = Key::new("db.sql.table");

/// `db.statement`: a string.
#[deprecated(note = "instead of `db.statement` write `keys::DB_QUERY_TEXT`")]
pub const DB_STATEMENT: Key<Replaced> = Key::new("db.statement");

/// `db.stored_procedure.name`: a string (stable).
pub const DB_STORED_PROCEDURE_NAME: Key<Str> = Key::new("db.stored_procedure.name");

/// `db.system`: a string.
#[deprecated(note = "instead of `db.system` write `keys::DB_SYSTEM_NAME`")]
pub const DB_SYSTEM: Key<Replaced> = Key::new("db.system");

/// `db.system.name`: a string (stable). Listed: `other_sql`, `softwareag.adabas`, `actian.ingres`, `aws.dynamodb`, `aws.redshift`, `azure.cosmosdb`, `intersystems.cache`, `cassandra`, `clickhouse`, `cockroachdb`, `couchbase`, `couchdb`, `derby`, `elasticsearch`, `firebirdsql`, `gcp.spanner`, `geode`, `h2database`, `hbase`, `hive`, `hsqldb`, `ibm.db2`, `ibm.informix`, `ibm.netezza`, `influxdb`, `instantdb`, `mariadb`, `memcached`, `mongodb`, `microsoft.sql_server`, `mysql`, `neo4j`, `opensearch`, `oracle.db`, `postgresql`, `redis`, `sap.hana`, `sap.maxdb`, `sqlite`, `teradata`, `trino`.
pub const DB_SYSTEM_NAME: Key<Str> = Key::new("db.system.name");

/// `db.user`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `db.user` and names no replacement")]
pub const DB_USER: Key<Str> = Key::new("db.user");

/// `deployment.environment`: a string.
#[deprecated(note = "instead of `deployment.environment` write `keys::DEPLOYMENT_ENVIRONMENT_NAME`")]
pub const DEPLOYMENT_ENVIRONMENT: Key<Replaced> = Key::new("deployment.environment");

/// `deployment.environment.name`: a string (stable). Listed: `production`, `staging`, `test`, `development`.
pub const DEPLOYMENT_ENVIRONMENT_NAME: Key<Str> = Key::new("deployment.environment.name");

/// `deployment.id`: a string (development).
pub const DEPLOYMENT_ID: Key<Str> = Key::new("deployment.id");

/// `deployment.name`: a string (development).
pub const DEPLOYMENT_NAME: Key<Str> = Key::new("deployment.name");

/// `deployment.status`: a string (development). Listed: `failed`, `succeeded`.
pub const DEPLOYMENT_STATUS: Key<Str> = Key::new("deployment.status");

/// `destination.address`: a string (development).
pub const DESTINATION_ADDRESS: Key<Str> = Key::new("destination.address");

/// `destination.port`: an int (development).
pub const DESTINATION_PORT: Key<Int> = Key::new("destination.port");

/// `device.id`: a string (development).
pub const DEVICE_ID: Key<Str> = Key::new("device.id");

/// `device.manufacturer`: a string (development).
pub const DEVICE_MANUFACTURER: Key<Str> = Key::new("device.manufacturer");

/// `device.model.identifier`: a string (development).
pub const DEVICE_MODEL_IDENTIFIER: Key<Str> = Key::new("device.model.identifier");

/// `device.model.name`: a string (development).
pub const DEVICE_MODEL_NAME: Key<Str> = Key::new("device.model.name");

/// `disk.io.direction`: a string (release candidate). Listed: `read`, `write`.
pub const DISK_IO_DIRECTION: Key<Str> = Key::new("disk.io.direction");

/// `dns.answers`: an array of strings (development).
pub const DNS_ANSWERS: Key<StrArray> = Key::new("dns.answers");

/// `dns.question.name`: a string (development).
pub const DNS_QUESTION_NAME: Key<Str> = Key::new("dns.question.name");

/// `dotnet.gc.heap.generation`: a string (stable). Listed: `gen0`, `gen1`, `gen2`, `loh`, `poh`.
pub const DOTNET_GC_HEAP_GENERATION: Key<Str> = Key::new("dotnet.gc.heap.generation");

/// `elasticsearch.node.name`: a string (development).
pub const ELASTICSEARCH_NODE_NAME: Key<Str> = Key::new("elasticsearch.node.name");

/// `enduser.id`: a string (development).
pub const ENDUSER_ID: Key<Str> = Key::new("enduser.id");

/// `enduser.pseudo.id`: a string (development).
pub const ENDUSER_PSEUDO_ID: Key<Str> = Key::new("enduser.pseudo.id");

/// `enduser.role`: a string.
#[deprecated(note = "instead of `enduser.role` write `keys::USER_ROLES`")]
pub const ENDUSER_ROLE: Key<Replaced> = Key::new("enduser.role");

/// `enduser.scope`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `enduser.scope` and names no replacement")]
pub const ENDUSER_SCOPE: Key<Str> = Key::new("enduser.scope");

/// `error.message`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `error.message` and names no replacement")]
pub const ERROR_MESSAGE: Key<Str> = Key::new("error.message");

/// `error.type`: a string (stable). Listed: `_OTHER`.
pub const ERROR_TYPE: Key<Str> = Key::new("error.type");

/// `event.name`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `event.name` and names no replacement")]
pub const EVENT_NAME: Key<Str> = Key::new("event.name");

/// `exception.escaped`: a bool.
#[deprecated(note = "the OpenTelemetry registry deprecates `exception.escaped` and names no replacement")]
pub const EXCEPTION_ESCAPED: Key<Bool> = Key::new("exception.escaped");

/// `exception.message`: a string (stable).
pub const EXCEPTION_MESSAGE: Key<Str> = Key::new("exception.message");

/// `exception.stacktrace`: a string (stable).
pub const EXCEPTION_STACKTRACE: Key<Str> = Key::new("exception.stacktrace");

/// `exception.type`: a string (stable).
pub const EXCEPTION_TYPE: Key<Str> = Key::new("exception.type");

/// `faas.coldstart`: a bool (development).
pub const FAAS_COLDSTART: Key<Bool> = Key::new("faas.coldstart");

/// `faas.cron`: a string (development).
pub const FAAS_CRON: Key<Str> = Key::new("faas.cron");

/// `faas.document.collection`: a string (development).
pub const FAAS_DOCUMENT_COLLECTION: Key<Str> = Key::new("faas.document.collection");

/// `faas.document.name`: a string (development).
pub const FAAS_DOCUMENT_NAME: Key<Str> = Key::new("faas.document.name");

/// `faas.document.operation`: a string (development). Listed: `insert`, `edit`, `delete`.
pub const FAAS_DOCUMENT_OPERATION: Key<Str> = Key::new("faas.document.operation");

/// `faas.document.time`: a string (development).
pub const FAAS_DOCUMENT_TIME: Key<Str> = Key::new("faas.document.time");

/// `faas.instance`: a string (development).
pub const FAAS_INSTANCE: Key<Str> = Key::new("faas.instance");

/// `faas.invocation_id`: a string (development).
pub const FAAS_INVOCATION_ID: Key<Str> = Key::new("faas.invocation_id");

/// `faas.invoked_name`: a string (development).
pub const FAAS_INVOKED_NAME: Key<Str> = Key::new("faas.invoked_name");

/// `faas.invoked_provider`: a string (development). Listed: `alibaba_cloud`, `aws`, `azure`, `gcp`, `tencent_cloud`.
pub const FAAS_INVOKED_PROVIDER: Key<Str> = Key::new("faas.invoked_provider");

/// `faas.invoked_region`: a string (development).
pub const FAAS_INVOKED_REGION: Key<Str> = Key::new("faas.invoked_region");

/// `faas.max_memory`: an int (development).
pub const FAAS_MAX_MEMORY: Key<Int> = Key::new("faas.max_memory");

/// `faas.name`: a string (development).
pub const FAAS_NAME: Key<Str> = Key::new("faas.name");

/// `faas.time`: a string (development).
pub const FAAS_TIME: Key<Str> = Key::new("faas.time");

/// `faas.trigger`: a string (development). Listed: `datasource`, `http`, `pubsub`, `timer`, `other`.
pub const FAAS_TRIGGER: Key<Str> = Key::new("faas.trigger");

/// `faas.version`: a string (development).
pub const FAAS_VERSION: Key<Str> = Key::new("faas.version");

/// `feature_flag.context.id`: a string (release candidate).
pub const FEATURE_FLAG_CONTEXT_ID: Key<Str> = Key::new("feature_flag.context.id");

/// `feature_flag.error.message`: a string (release candidate).
pub const FEATURE_FLAG_ERROR_MESSAGE: Key<Str> = Key::new("feature_flag.error.message");

/// `feature_flag.evaluation.error.message`: a string.
#[deprecated(note = "instead of `feature_flag.evaluation.error.message` write `keys::FEATURE_FLAG_ERROR_MESSAGE`")]
pub const FEATURE_FLAG_EVALUATION_ERROR_MESSAGE: Key<Replaced> = Key::new("feature_flag.evaluation.error.message");

/// `feature_flag.evaluation.reason`: a string.
#[deprecated(note = "instead of `feature_flag.evaluation.reason` write `keys::FEATURE_FLAG_RESULT_REASON`")]
pub const FEATURE_FLAG_EVALUATION_REASON: Key<Replaced> = Key::new("feature_flag.evaluation.reason");

/// `feature_flag.key`: a string (release candidate).
pub const FEATURE_FLAG_KEY: Key<Str> = Key::new("feature_flag.key");

/// `feature_flag.provider.name`: a string (release candidate).
pub const FEATURE_FLAG_PROVIDER_NAME: Key<Str> = Key::new("feature_flag.provider.name");

/// `feature_flag.result.reason`: a string (release candidate). Listed: `static`, `default`, `targeting_match`, `split`, `cached`, `disabled`, `unknown`, `stale`, `error`.
pub const FEATURE_FLAG_RESULT_REASON: Key<Str> = Key::new("feature_flag.result.reason");

/// `feature_flag.result.value`: any value (release candidate).
pub const FEATURE_FLAG_RESULT_VALUE: Key<Str> = Key::new("feature_flag.result.value");

/// `feature_flag.result.variant`: a string (release candidate).
pub const FEATURE_FLAG_RESULT_VARIANT: Key<Str> = Key::new("feature_flag.result.variant");

/// `feature_flag.set.id`: a string (release candidate).
pub const FEATURE_FLAG_SET_ID: Key<Str> = Key::new("feature_flag.set.id");

/// `feature_flag.variant`: a string.
#[deprecated(note = "instead of `feature_flag.variant` write `keys::FEATURE_FLAG_RESULT_VARIANT`")]
pub const FEATURE_FLAG_VARIANT: Key<Replaced> = Key::new("feature_flag.variant");

/// `feature_flag.version`: a string (release candidate).
pub const FEATURE_FLAG_VERSION: Key<Str> = Key::new("feature_flag.version");

/// `file.accessed`: a string (development).
pub const FILE_ACCESSED: Key<Str> = Key::new("file.accessed");

/// `file.attributes`: an array of strings (development).
pub const FILE_ATTRIBUTES: Key<StrArray> = Key::new("file.attributes");

/// `file.changed`: a string (development).
pub const FILE_CHANGED: Key<Str> = Key::new("file.changed");

/// `file.created`: a string (development).
pub const FILE_CREATED: Key<Str> = Key::new("file.created");

/// `file.directory`: a string (development).
pub const FILE_DIRECTORY: Key<Str> = Key::new("file.directory");

/// `file.extension`: a string (development).
pub const FILE_EXTENSION: Key<Str> = Key::new("file.extension");

/// `file.fork_name`: a string (development).
pub const FILE_FORK_NAME: Key<Str> = Key::new("file.fork_name");

/// `file.group.id`: a string (development).
pub const FILE_GROUP_ID: Key<Str> = Key::new("file.group.id");

/// `file.group.name`: a string (development).
pub const FILE_GROUP_NAME: Key<Str> = Key::new("file.group.name");

/// `file.inode`: a string (development).
pub const FILE_INODE: Key<Str> = Key::new("file.inode");

/// `file.lock.mechanism`: a string (development).
pub const FILE_LOCK_MECHANISM: Key<Str> = Key::new("file.lock.mechanism");

/// `file.lock.mode`: a string (development).
pub const FILE_LOCK_MODE: Key<Str> = Key::new("file.lock.mode");

/// `file.lock.type`: a string (development). Listed: `read`, `write`.
pub const FILE_LOCK_TYPE: Key<Str> = Key::new("file.lock.type");

/// `file.mode`: a string (development).
pub const FILE_MODE: Key<Str> = Key::new("file.mode");

/// `file.modified`: a string (development).
pub const FILE_MODIFIED: Key<Str> = Key::new("file.modified");

/// `file.name`: a string (development).
pub const FILE_NAME: Key<Str> = Key::new("file.name");

/// `file.owner.id`: a string (development).
pub const FILE_OWNER_ID: Key<Str> = Key::new("file.owner.id");

/// `file.owner.name`: a string (development).
pub const FILE_OWNER_NAME: Key<Str> = Key::new("file.owner.name");

/// `file.path`: a string (development).
pub const FILE_PATH: Key<Str> = Key::new("file.path");

/// `file.size`: an int (development).
pub const FILE_SIZE: Key<Int> = Key::new("file.size");

/// `file.symbolic_link.target_path`: a string (development).
pub const FILE_SYMBOLIC_LINK_TARGET_PATH: Key<Str> = Key::new("file.symbolic_link.target_path");

/// `gcp.apphub.application.container`: a string (development).
pub const GCP_APPHUB_APPLICATION_CONTAINER: Key<Str> = Key::new("gcp.apphub.application.container");

/// `gcp.apphub.application.id`: a string (development).
pub const GCP_APPHUB_APPLICATION_ID: Key<Str> = Key::new("gcp.apphub.application.id");

/// `gcp.apphub.application.location`: a string (development).
pub const GCP_APPHUB_APPLICATION_LOCATION: Key<Str> = Key::new("gcp.apphub.application.location");

/// `gcp.apphub.service.criticality_type`: a string (development). Listed: `MISSION_CRITICAL`, `HIGH`, `MEDIUM`, `LOW`.
pub const GCP_APPHUB_SERVICE_CRITICALITY_TYPE: Key<Str> = Key::new("gcp.apphub.service.criticality_type");

/// `gcp.apphub.service.environment_type`: a string (development). Listed: `PRODUCTION`, `STAGING`, `TEST`, `DEVELOPMENT`.
pub const GCP_APPHUB_SERVICE_ENVIRONMENT_TYPE: Key<Str> = Key::new("gcp.apphub.service.environment_type");

/// `gcp.apphub.service.id`: a string (development).
pub const GCP_APPHUB_SERVICE_ID: Key<Str> = Key::new("gcp.apphub.service.id");

/// `gcp.apphub.workload.criticality_type`: a string (development). Listed: `MISSION_CRITICAL`, `HIGH`, `MEDIUM`, `LOW`.
pub const GCP_APPHUB_WORKLOAD_CRITICALITY_TYPE: Key<Str> = Key::new("gcp.apphub.workload.criticality_type");

/// `gcp.apphub.workload.environment_type`: a string (development). Listed: `PRODUCTION`, `STAGING`, `TEST`, `DEVELOPMENT`.
pub const GCP_APPHUB_WORKLOAD_ENVIRONMENT_TYPE: Key<Str> = Key::new("gcp.apphub.workload.environment_type");

/// `gcp.apphub.workload.id`: a string (development).
pub const GCP_APPHUB_WORKLOAD_ID: Key<Str> = Key::new("gcp.apphub.workload.id");

/// `gcp.apphub_destination.application.container`: a string (development).
pub const GCP_APPHUB_DESTINATION_APPLICATION_CONTAINER: Key<Str> = Key::new("gcp.apphub_destination.application.container");

/// `gcp.apphub_destination.application.id`: a string (development).
pub const GCP_APPHUB_DESTINATION_APPLICATION_ID: Key<Str> = Key::new("gcp.apphub_destination.application.id");

/// `gcp.apphub_destination.application.location`: a string (development).
pub const GCP_APPHUB_DESTINATION_APPLICATION_LOCATION: Key<Str> = Key::new("gcp.apphub_destination.application.location");

/// `gcp.apphub_destination.service.criticality_type`: a string (development). Listed: `MISSION_CRITICAL`, `HIGH`, `MEDIUM`, `LOW`.
pub const GCP_APPHUB_DESTINATION_SERVICE_CRITICALITY_TYPE: Key<Str> = Key::new("gcp.apphub_destination.service.criticality_type");

/// `gcp.apphub_destination.service.environment_type`: a string (development). Listed: `PRODUCTION`, `STAGING`, `TEST`, `DEVELOPMENT`.
pub const GCP_APPHUB_DESTINATION_SERVICE_ENVIRONMENT_TYPE: Key<Str> = Key::new("gcp.apphub_destination.service.environment_type");

/// `gcp.apphub_destination.service.id`: a string (development).
pub const GCP_APPHUB_DESTINATION_SERVICE_ID: Key<Str> = Key::new("gcp.apphub_destination.service.id");

/// `gcp.apphub_destination.workload.criticality_type`: a string (development). Listed: `MISSION_CRITICAL`, `HIGH`, `MEDIUM`, `LOW`.
pub const GCP_APPHUB_DESTINATION_WORKLOAD_CRITICALITY_TYPE: Key<Str> = Key::new("gcp.apphub_destination.workload.criticality_type");

/// `gcp.apphub_destination.workload.environment_type`: a string (development). Listed: `PRODUCTION`, `STAGING`, `TEST`, `DEVELOPMENT`.
pub const GCP_APPHUB_DESTINATION_WORKLOAD_ENVIRONMENT_TYPE: Key<Str> = Key::new("gcp.apphub_destination.workload.environment_type");

/// `gcp.apphub_destination.workload.id`: a string (development).
pub const GCP_APPHUB_DESTINATION_WORKLOAD_ID: Key<Str> = Key::new("gcp.apphub_destination.workload.id");

/// `gcp.client.service`: a string (development).
pub const GCP_CLIENT_SERVICE: Key<Str> = Key::new("gcp.client.service");

/// `gcp.cloud_run.job.execution`: a string (development).
pub const GCP_CLOUD_RUN_JOB_EXECUTION: Key<Str> = Key::new("gcp.cloud_run.job.execution");

/// `gcp.cloud_run.job.task_index`: an int (development).
pub const GCP_CLOUD_RUN_JOB_TASK_INDEX: Key<Int> = Key::new("gcp.cloud_run.job.task_index");

/// `gcp.gce.instance.hostname`: a string (development).
pub const GCP_GCE_INSTANCE_HOSTNAME: Key<Str> = Key::new("gcp.gce.instance.hostname");

/// `gcp.gce.instance.name`: a string (development).
pub const GCP_GCE_INSTANCE_NAME: Key<Str> = Key::new("gcp.gce.instance.name");

/// `gcp.gce.instance_group_manager.name`: a string (development).
pub const GCP_GCE_INSTANCE_GROUP_MANAGER_NAME: Key<Str> = Key::new("gcp.gce.instance_group_manager.name");

/// `gcp.gce.instance_group_manager.region`: a string (development).
pub const GCP_GCE_INSTANCE_GROUP_MANAGER_REGION: Key<Str> = Key::new("gcp.gce.instance_group_manager.region");

/// `gcp.gce.instance_group_manager.zone`: a string (development).
pub const GCP_GCE_INSTANCE_GROUP_MANAGER_ZONE: Key<Str> = Key::new("gcp.gce.instance_group_manager.zone");

/// `gen_ai.agent.description`: a string (development).
pub const GEN_AI_AGENT_DESCRIPTION: Key<Str> = Key::new("gen_ai.agent.description");

/// `gen_ai.agent.id`: a string (development).
pub const GEN_AI_AGENT_ID: Key<Str> = Key::new("gen_ai.agent.id");

/// `gen_ai.agent.name`: a string (development).
pub const GEN_AI_AGENT_NAME: Key<Str> = Key::new("gen_ai.agent.name");

/// `gen_ai.agent.version`: a string (development).
pub const GEN_AI_AGENT_VERSION: Key<Str> = Key::new("gen_ai.agent.version");

/// `gen_ai.completion`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `gen_ai.completion` and names no replacement")]
pub const GEN_AI_COMPLETION: Key<Str> = Key::new("gen_ai.completion");

/// `gen_ai.conversation.id`: a string (development).
pub const GEN_AI_CONVERSATION_ID: Key<Str> = Key::new("gen_ai.conversation.id");

/// `gen_ai.data_source.id`: a string (development).
pub const GEN_AI_DATA_SOURCE_ID: Key<Str> = Key::new("gen_ai.data_source.id");

/// `gen_ai.embeddings.dimension.count`: an int (development).
pub const GEN_AI_EMBEDDINGS_DIMENSION_COUNT: Key<Int> = Key::new("gen_ai.embeddings.dimension.count");

/// `gen_ai.evaluation.explanation`: a string (development).
pub const GEN_AI_EVALUATION_EXPLANATION: Key<Str> = Key::new("gen_ai.evaluation.explanation");

/// `gen_ai.evaluation.name`: a string (development).
pub const GEN_AI_EVALUATION_NAME: Key<Str> = Key::new("gen_ai.evaluation.name");

/// `gen_ai.evaluation.score.label`: a string (development).
pub const GEN_AI_EVALUATION_SCORE_LABEL: Key<Str> = Key::new("gen_ai.evaluation.score.label");

/// `gen_ai.evaluation.score.value`: a double (development).
pub const GEN_AI_EVALUATION_SCORE_VALUE: Key<Double> = Key::new("gen_ai.evaluation.score.value");

/// `gen_ai.input.messages`: any value (development).
pub const GEN_AI_INPUT_MESSAGES: Key<Str> = Key::new("gen_ai.input.messages");

/// `gen_ai.openai.request.response_format`: a string.
#[deprecated(note = "instead of `gen_ai.openai.request.response_format` write `keys::GEN_AI_OUTPUT_TYPE`")]
pub const GEN_AI_OPENAI_REQUEST_RESPONSE_FORMAT: Key<Replaced> = Key::new("gen_ai.openai.request.response_format");

/// `gen_ai.openai.request.seed`: an int.
#[deprecated(note = "instead of `gen_ai.openai.request.seed` write `keys::GEN_AI_REQUEST_SEED`")]
pub const GEN_AI_OPENAI_REQUEST_SEED: Key<Replaced> = Key::new("gen_ai.openai.request.seed");

/// `gen_ai.openai.request.service_tier`: a string.
#[deprecated(note = "instead of `gen_ai.openai.request.service_tier` write `keys::OPENAI_REQUEST_SERVICE_TIER`")]
pub const GEN_AI_OPENAI_REQUEST_SERVICE_TIER: Key<Replaced> = Key::new("gen_ai.openai.request.service_tier");

/// `gen_ai.openai.response.service_tier`: a string.
#[deprecated(note = "instead of `gen_ai.openai.response.service_tier` write `keys::OPENAI_RESPONSE_SERVICE_TIER`")]
pub const GEN_AI_OPENAI_RESPONSE_SERVICE_TIER: Key<Replaced> = Key::new("gen_ai.openai.response.service_tier");

/// `gen_ai.openai.response.system_fingerprint`: a string.
#[deprecated(note = "instead of `gen_ai.openai.response.system_fingerprint` write `keys::OPENAI_RESPONSE_SYSTEM_FINGERPRINT`")]
pub const GEN_AI_OPENAI_RESPONSE_SYSTEM_FINGERPRINT: Key<Replaced> = Key::new("gen_ai.openai.response.system_fingerprint");

/// `gen_ai.operation.name`: a string (development). Listed: `chat`, `generate_content`, `text_completion`, `embeddings`, `retrieval`, `create_agent`, `invoke_agent`, `execute_tool`, `invoke_workflow`.
pub const GEN_AI_OPERATION_NAME: Key<Str> = Key::new("gen_ai.operation.name");

/// `gen_ai.output.messages`: any value (development).
pub const GEN_AI_OUTPUT_MESSAGES: Key<Str> = Key::new("gen_ai.output.messages");

/// `gen_ai.output.type`: a string (development). Listed: `text`, `json`, `image`, `speech`.
pub const GEN_AI_OUTPUT_TYPE: Key<Str> = Key::new("gen_ai.output.type");

/// `gen_ai.prompt`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `gen_ai.prompt` and names no replacement")]
pub const GEN_AI_PROMPT: Key<Str> = Key::new("gen_ai.prompt");

/// `gen_ai.prompt.name`: a string (development).
pub const GEN_AI_PROMPT_NAME: Key<Str> = Key::new("gen_ai.prompt.name");

/// `gen_ai.provider.name`: a string (development). Listed: `openai`, `gcp.gen_ai`, `gcp.vertex_ai`, `gcp.gemini`, `anthropic`, `cohere`, `azure.ai.inference`, `azure.ai.openai`, `ibm.watsonx.ai`, `aws.bedrock`, `perplexity`, `x_ai`, `deepseek`, `groq`, `mistral_ai`.
pub const GEN_AI_PROVIDER_NAME: Key<Str> = Key::new("gen_ai.provider.name");

/// `gen_ai.request.choice.count`: an int (development).
pub const GEN_AI_REQUEST_CHOICE_COUNT: Key<Int> = Key::new("gen_ai.request.choice.count");

/// `gen_ai.request.encoding_formats`: an array of strings (development).
pub const GEN_AI_REQUEST_ENCODING_FORMATS: Key<StrArray> = Key::new("gen_ai.request.encoding_formats");

/// `gen_ai.request.frequency_penalty`: a double (development).
pub const GEN_AI_REQUEST_FREQUENCY_PENALTY: Key<Double> = Key::new("gen_ai.request.frequency_penalty");

/// `gen_ai.request.max_tokens`: an int (development).
pub const GEN_AI_REQUEST_MAX_TOKENS: Key<Int> = Key::new("gen_ai.request.max_tokens");

/// `gen_ai.request.model`: a string (development).
pub const GEN_AI_REQUEST_MODEL: Key<Str> = Key::new("gen_ai.request.model");

/// `gen_ai.request.presence_penalty`: a double (development).
pub const GEN_AI_REQUEST_PRESENCE_PENALTY: Key<Double> = Key::new("gen_ai.request.presence_penalty");

/// `gen_ai.request.seed`: an int (development).
pub const GEN_AI_REQUEST_SEED: Key<Int> = Key::new("gen_ai.request.seed");

/// `gen_ai.request.stop_sequences`: an array of strings (development).
pub const GEN_AI_REQUEST_STOP_SEQUENCES: Key<StrArray> = Key::new("gen_ai.request.stop_sequences");

/// `gen_ai.request.stream`: a bool (development).
pub const GEN_AI_REQUEST_STREAM: Key<Bool> = Key::new("gen_ai.request.stream");

/// `gen_ai.request.temperature`: a double (development).
pub const GEN_AI_REQUEST_TEMPERATURE: Key<Double> = Key::new("gen_ai.request.temperature");

/// `gen_ai.request.top_k`: a double (development).
pub const GEN_AI_REQUEST_TOP_K: Key<Double> = Key::new("gen_ai.request.top_k");

/// `gen_ai.request.top_p`: a double (development).
pub const GEN_AI_REQUEST_TOP_P: Key<Double> = Key::new("gen_ai.request.top_p");

/// `gen_ai.response.finish_reasons`: an array of strings (development).
pub const GEN_AI_RESPONSE_FINISH_REASONS: Key<StrArray> = Key::new("gen_ai.response.finish_reasons");

/// `gen_ai.response.id`: a string (development).
pub const GEN_AI_RESPONSE_ID: Key<Str> = Key::new("gen_ai.response.id");

/// `gen_ai.response.model`: a string (development).
pub const GEN_AI_RESPONSE_MODEL: Key<Str> = Key::new("gen_ai.response.model");

/// `gen_ai.response.time_to_first_chunk`: a double (development).
pub const GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: Key<Double> = Key::new("gen_ai.response.time_to_first_chunk");

/// `gen_ai.retrieval.documents`: any value (development).
pub const GEN_AI_RETRIEVAL_DOCUMENTS: Key<Str> = Key::new("gen_ai.retrieval.documents");

/// `gen_ai.retrieval.query.text`: a string (development).
pub const GEN_AI_RETRIEVAL_QUERY_TEXT: Key<Str> = Key::new("gen_ai.retrieval.query.text");

/// `gen_ai.system`: a string.
#[deprecated(note = "instead of `gen_ai.system` write `keys::GEN_AI_PROVIDER_NAME`")]
pub const GEN_AI_SYSTEM: Key<Replaced> = Key::new("gen_ai.system");

/// `gen_ai.system_instructions`: any value (development).
pub const GEN_AI_SYSTEM_INSTRUCTIONS: Key<Str> = Key::new("gen_ai.system_instructions");

/// `gen_ai.token.type`: a string (development). Listed: `input`, `output`, `output`.
pub const GEN_AI_TOKEN_TYPE: Key<Str> = Key::new("gen_ai.token.type");

/// `gen_ai.tool.call.arguments`: any value (development).
pub const GEN_AI_TOOL_CALL_ARGUMENTS: Key<Str> = Key::new("gen_ai.tool.call.arguments");

/// `gen_ai.tool.call.id`: a string (development).
pub const GEN_AI_TOOL_CALL_ID: Key<Str> = Key::new("gen_ai.tool.call.id");

/// `gen_ai.tool.call.result`: any value (development).
pub const GEN_AI_TOOL_CALL_RESULT: Key<Str> = Key::new("gen_ai.tool.call.result");

/// `gen_ai.tool.definitions`: any value (development).
pub const GEN_AI_TOOL_DEFINITIONS: Key<Str> = Key::new("gen_ai.tool.definitions");

/// `gen_ai.tool.description`: a string (development).
pub const GEN_AI_TOOL_DESCRIPTION: Key<Str> = Key::new("gen_ai.tool.description");

/// `gen_ai.tool.name`: a string (development).
pub const GEN_AI_TOOL_NAME: Key<Str> = Key::new("gen_ai.tool.name");

/// `gen_ai.tool.type`: a string (development).
pub const GEN_AI_TOOL_TYPE: Key<Str> = Key::new("gen_ai.tool.type");

/// `gen_ai.usage.cache_creation.input_tokens`: an int (development).
pub const GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS: Key<Int> = Key::new("gen_ai.usage.cache_creation.input_tokens");

/// `gen_ai.usage.cache_read.input_tokens`: an int (development).
pub const GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: Key<Int> = Key::new("gen_ai.usage.cache_read.input_tokens");

/// `gen_ai.usage.completion_tokens`: an int.
#[deprecated(note = "instead of `gen_ai.usage.completion_tokens` write `keys::GEN_AI_USAGE_OUTPUT_TOKENS`")]
pub const GEN_AI_USAGE_COMPLETION_TOKENS: Key<Replaced> = Key::new("gen_ai.usage.completion_tokens");

/// `gen_ai.usage.input_tokens`: an int (development).
pub const GEN_AI_USAGE_INPUT_TOKENS: Key<Int> = Key::new("gen_ai.usage.input_tokens");

/// `gen_ai.usage.output_tokens`: an int (development).
pub const GEN_AI_USAGE_OUTPUT_TOKENS: Key<Int> = Key::new("gen_ai.usage.output_tokens");

/// `gen_ai.usage.prompt_tokens`: an int.
#[deprecated(note = "instead of `gen_ai.usage.prompt_tokens` write `keys::GEN_AI_USAGE_INPUT_TOKENS`")]
pub const GEN_AI_USAGE_PROMPT_TOKENS: Key<Replaced> = Key::new("gen_ai.usage.prompt_tokens");

/// `gen_ai.usage.reasoning.output_tokens`: an int (development).
pub const GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: Key<Int> = Key::new("gen_ai.usage.reasoning.output_tokens");

/// `gen_ai.workflow.name`: a string (development).
pub const GEN_AI_WORKFLOW_NAME: Key<Str> = Key::new("gen_ai.workflow.name");

/// `geo.continent.code`: a string (development). Listed: `AF`, `AN`, `AS`, `EU`, `NA`, `OC`, `SA`.
pub const GEO_CONTINENT_CODE: Key<Str> = Key::new("geo.continent.code");

/// `geo.country.iso_code`: a string (development).
pub const GEO_COUNTRY_ISO_CODE: Key<Str> = Key::new("geo.country.iso_code");

/// `geo.locality.name`: a string (development).
pub const GEO_LOCALITY_NAME: Key<Str> = Key::new("geo.locality.name");

/// `geo.location.lat`: a double (development).
pub const GEO_LOCATION_LAT: Key<Double> = Key::new("geo.location.lat");

/// `geo.location.lon`: a double (development).
pub const GEO_LOCATION_LON: Key<Double> = Key::new("geo.location.lon");

/// `geo.postal_code`: a string (development).
pub const GEO_POSTAL_CODE: Key<Str> = Key::new("geo.postal_code");

/// `geo.region.iso_code`: a string (development).
pub const GEO_REGION_ISO_CODE: Key<Str> = Key::new("geo.region.iso_code");

/// `go.cpu.detailed_state`: a string (development).
pub const GO_CPU_DETAILED_STATE: Key<Str> = Key::new("go.cpu.detailed_state");

/// `go.cpu.state`: a string (development). Listed: `user`, `gc`, `scavenge`, `idle`.
pub const GO_CPU_STATE: Key<Str> = Key::new("go.cpu.state");

/// `go.memory.detailed_type`: a string (development).
pub const GO_MEMORY_DETAILED_TYPE: Key<Str> = Key::new("go.memory.detailed_type");

/// `go.memory.type`: a string (development). Listed: `stack`, `other`.
pub const GO_MEMORY_TYPE: Key<Str> = Key::new("go.memory.type");

/// `graphql.document`: a string (development).
pub const GRAPHQL_DOCUMENT: Key<Str> = Key::new("graphql.document");

/// `graphql.operation.name`: a string (development).
pub const GRAPHQL_OPERATION_NAME: Key<Str> = Key::new("graphql.operation.name");

/// `graphql.operation.type`: a string (development). Listed: `query`, `mutation`, `subscription`.
pub const GRAPHQL_OPERATION_TYPE: Key<Str> = Key::new("graphql.operation.type");

/// `heroku.app.id`: a string (development).
pub const HEROKU_APP_ID: Key<Str> = Key::new("heroku.app.id");

/// `heroku.release.commit`: a string (development).
pub const HEROKU_RELEASE_COMMIT: Key<Str> = Key::new("heroku.release.commit");

/// `heroku.release.creation_timestamp`: a string (development).
pub const HEROKU_RELEASE_CREATION_TIMESTAMP: Key<Str> = Key::new("heroku.release.creation_timestamp");

/// `host.arch`: a string (development). Listed: `amd64`, `arm32`, `arm64`, `ia64`, `ppc32`, `ppc64`, `s390x`, `x86`.
pub const HOST_ARCH: Key<Str> = Key::new("host.arch");

/// `host.cpu.cache.l2.size`: an int (development).
pub const HOST_CPU_CACHE_L2_SIZE: Key<Int> = Key::new("host.cpu.cache.l2.size");

/// `host.cpu.family`: a string (development).
pub const HOST_CPU_FAMILY: Key<Str> = Key::new("host.cpu.family");

/// `host.cpu.model.id`: a string (development).
pub const HOST_CPU_MODEL_ID: Key<Str> = Key::new("host.cpu.model.id");

/// `host.cpu.model.name`: a string (development).
pub const HOST_CPU_MODEL_NAME: Key<Str> = Key::new("host.cpu.model.name");

/// `host.cpu.stepping`: a string (development).
pub const HOST_CPU_STEPPING: Key<Str> = Key::new("host.cpu.stepping");

/// `host.cpu.vendor.id`: a string (development).
pub const HOST_CPU_VENDOR_ID: Key<Str> = Key::new("host.cpu.vendor.id");

/// `host.id`: a string (development).
pub const HOST_ID: Key<Str> = Key::new("host.id");

/// `host.image.id`: a string (development).
pub const HOST_IMAGE_ID: Key<Str> = Key::new("host.image.id");

/// `host.image.name`: a string (development).
pub const HOST_IMAGE_NAME: Key<Str> = Key::new("host.image.name");

/// `host.image.version`: a string (development).
pub const HOST_IMAGE_VERSION: Key<Str> = Key::new("host.image.version");

/// `host.ip`: an array of strings (development).
pub const HOST_IP: Key<StrArray> = Key::new("host.ip");

/// `host.mac`: an array of strings (development).
pub const HOST_MAC: Key<StrArray> = Key::new("host.mac");

/// `host.name`: a string (development).
pub const HOST_NAME: Key<Str> = Key::new("host.name");

/// `host.type`: a string (development).
pub const HOST_TYPE: Key<Str> = Key::new("host.type");

/// `http.client_ip`: a string.
#[deprecated(note = "instead of `http.client_ip` write `keys::CLIENT_ADDRESS`")]
pub const HTTP_CLIENT_IP: Key<Replaced> = Key::new("http.client_ip");

/// `http.connection.state`: a string (development). Listed: `active`, `idle`.
pub const HTTP_CONNECTION_STATE: Key<Str> = Key::new("http.connection.state");

/// `http.flavor`: a string.
#[deprecated(note = "instead of `http.flavor` write `keys::NETWORK_PROTOCOL_NAME` and `keys::NETWORK_PROTOCOL_VERSION`")]
pub const HTTP_FLAVOR: Key<Replaced> = Key::new("http.flavor");

/// `http.host`: a string.
#[deprecated(note = "instead of `http.host` write `keys::SERVER_ADDRESS`, or `keys::CLIENT_ADDRESS`, or `\"http.request.header.host\"`")]
pub const HTTP_HOST: Key<Replaced> = Key::new("http.host");

/// `http.method`: a string.
#[deprecated(note = "instead of `http.method` write `keys::HTTP_REQUEST_METHOD`")]
pub const HTTP_METHOD: Key<Replaced> = Key::new("http.method");

/// `http.request.body.content`: any value (development).
pub const HTTP_REQUEST_BODY_CONTENT: Key<Str> = Key::new("http.request.body.content");

/// `http.request.body.size`: an int (development).
pub const HTTP_REQUEST_BODY_SIZE: Key<Int> = Key::new("http.request.body.size");

/// `http.request.method`: a string (stable). Listed: `CONNECT`, `DELETE`, `GET`, `HEAD`, `OPTIONS`, `PATCH`, `POST`, `PUT`, `TRACE`, `QUERY`, `_OTHER`.
pub const HTTP_REQUEST_METHOD: Key<Str> = Key::new("http.request.method");

/// `http.request.method_original`: a string (stable).
pub const HTTP_REQUEST_METHOD_ORIGINAL: Key<Str> = Key::new("http.request.method_original");

/// `http.request.resend_count`: an int (stable).
pub const HTTP_REQUEST_RESEND_COUNT: Key<Int> = Key::new("http.request.resend_count");

/// `http.request.size`: an int (development).
pub const HTTP_REQUEST_SIZE: Key<Int> = Key::new("http.request.size");

/// `http.request_content_length`: an int.
#[deprecated(note = "instead of `http.request_content_length` write `\"http.request.header.content-length\"`")]
pub const HTTP_REQUEST_CONTENT_LENGTH: Key<Replaced> = Key::new("http.request_content_length");

/// `http.request_content_length_uncompressed`: an int.
#[deprecated(note = "instead of `http.request_content_length_uncompressed` write `keys::HTTP_REQUEST_BODY_SIZE`")]
pub const HTTP_REQUEST_CONTENT_LENGTH_UNCOMPRESSED: Key<Replaced> = Key::new("http.request_content_length_uncompressed");

/// `http.response.body.content`: any value (development).
pub const HTTP_RESPONSE_BODY_CONTENT: Key<Str> = Key::new("http.response.body.content");

/// `http.response.body.size`: an int (development).
pub const HTTP_RESPONSE_BODY_SIZE: Key<Int> = Key::new("http.response.body.size");

/// `http.response.size`: an int (development).
pub const HTTP_RESPONSE_SIZE: Key<Int> = Key::new("http.response.size");

/// `http.response.status_code`: an int (stable).
pub const HTTP_RESPONSE_STATUS_CODE: Key<Int> = Key::new("http.response.status_code");

/// `http.response_content_length`: an int.
#[deprecated(note = "instead of `http.response_content_length` write `\"http.response.header.content-length\"`")]
pub const HTTP_RESPONSE_CONTENT_LENGTH: Key<Replaced> = Key::new("http.response_content_length");

/// `http.response_content_length_uncompressed`: an int.
#[deprecated(note = "instead of `http.response_content_length_uncompressed` write `keys::HTTP_RESPONSE_BODY_SIZE`")]
pub const HTTP_RESPONSE_CONTENT_LENGTH_UNCOMPRESSED: Key<Replaced> = Key::new("http.response_content_length_uncompressed");

/// `http.route`: a string (stable).
pub const HTTP_ROUTE: Key<Str> = Key::new("http.route");

/// `http.scheme`: a string.
#[deprecated(note = "instead of `http.scheme` write `keys::URL_SCHEME`")]
pub const HTTP_SCHEME: Key<Replaced> = Key::new("http.scheme");

/// `http.server_name`: a string.
#[deprecated(note = "instead of `http.server_name` write `keys::SERVER_ADDRESS`")]
pub const HTTP_SERVER_NAME: Key<Replaced> = Key::new("http.server_name");

/// `http.status_code`: an int.
#[deprecated(note = "instead of `http.status_code` write `keys::HTTP_RESPONSE_STATUS_CODE`")]
pub const HTTP_STATUS_CODE: Key<Replaced> = Key::new("http.status_code");

/// `http.target`: a string.
#[deprecated(note = "instead of `http.target` write `keys::URL_PATH` and `keys::URL_QUERY`")]
pub const HTTP_TARGET: Key<Replaced> = Key::new("http.target");

/// `http.url`: a string.
#[deprecated(note = "instead of `http.url` write `keys::URL_FULL` on clients, or `keys::URL_PATH` and `keys::URL_QUERY` on servers")]
pub const HTTP_URL: Key<Replaced> = Key::new("http.url");

/// `http.user_agent`: a string.
#[deprecated(note = "instead of `http.user_agent` write `keys::USER_AGENT_ORIGINAL`")]
pub const HTTP_USER_AGENT: Key<Replaced> = Key::new("http.user_agent");

/// `hw.battery.capacity`: a string (development).
pub const HW_BATTERY_CAPACITY: Key<Str> = Key::new("hw.battery.capacity");

/// `hw.battery.chemistry`: a string (development).
pub const HW_BATTERY_CHEMISTRY: Key<Str> = Key::new("hw.battery.chemistry");

/// `hw.battery.state`: a string (development). Listed: `charging`, `discharging`.
pub const HW_BATTERY_STATE: Key<Str> = Key::new("hw.battery.state");

/// `hw.bios_version`: a string (development).
pub const HW_BIOS_VERSION: Key<Str> = Key::new("hw.bios_version");

/// `hw.driver_version`: a string (development).
pub const HW_DRIVER_VERSION: Key<Str> = Key::new("hw.driver_version");

/// `hw.enclosure.type`: a string (development).
pub const HW_ENCLOSURE_TYPE: Key<Str> = Key::new("hw.enclosure.type");

/// `hw.firmware_version`: a string (development).
pub const HW_FIRMWARE_VERSION: Key<Str> = Key::new("hw.firmware_version");

/// `hw.gpu.task`: a string (development). Listed: `decoder`, `encoder`, `general`.
pub const HW_GPU_TASK: Key<Str> = Key::new("hw.gpu.task");

/// `hw.id`: a string (development).
pub const HW_ID: Key<Str> = Key::new("hw.id");

/// `hw.limit_type`: a string (development). Listed: `critical`, `degraded`, `high.critical`, `high.degraded`, `low.critical`, `low.degraded`, `max`, `throttled`, `turbo`.
pub const HW_LIMIT_TYPE: Key<Str> = Key::new("hw.limit_type");

/// `hw.logical_disk.raid_level`: a string (development).
pub const HW_LOGICAL_DISK_RAID_LEVEL: Key<Str> = Key::new("hw.logical_disk.raid_level");

/// `hw.logical_disk.state`: a string (development). Listed: `used`, `free`.
pub const HW_LOGICAL_DISK_STATE: Key<Str> = Key::new("hw.logical_disk.state");

/// `hw.memory.type`: a string (development).
pub const HW_MEMORY_TYPE: Key<Str> = Key::new("hw.memory.type");

/// `hw.model`: a string (development).
pub const HW_MODEL: Key<Str> = Key::new("hw.model");

/// `hw.name`: a string (development).
pub const HW_NAME: Key<Str> = Key::new("hw.name");

/// `hw.network.logical_addresses`: an array of strings (development).
pub const HW_NETWORK_LOGICAL_ADDRESSES: Key<StrArray> = Key::new("hw.network.logical_addresses");

/// `hw.network.physical_address`: a string (development).
pub const HW_NETWORK_PHYSICAL_ADDRESS: Key<Str> = Key::new("hw.network.physical_address");

/// `hw.parent`: a string (development).
pub const HW_PARENT: Key<Str> = Key::new("hw.parent");

/// `hw.physical_disk.smart_attribute`: a string (development).
pub const HW_PHYSICAL_DISK_SMART_ATTRIBUTE: Key<Str> = Key::new("hw.physical_disk.smart_attribute");

/// `hw.physical_disk.state`: a string (development). Listed: `remaining`.
pub const HW_PHYSICAL_DISK_STATE: Key<Str> = Key::new("hw.physical_disk.state");

/// `hw.physical_disk.type`: a string (development).
pub const HW_PHYSICAL_DISK_TYPE: Key<Str> = Key::new("hw.physical_disk.type");

/// `hw.sensor_location`: a string (development).
pub const HW_SENSOR_LOCATION: Key<Str> = Key::new("hw.sensor_location");

/// `hw.serial_number`: a string (development).
pub const HW_SERIAL_NUMBER: Key<Str> = Key::new("hw.serial_number");

/// `hw.state`: a string (development). Listed: `degraded`, `failed`, `needs_cleaning`, `ok`, `predicted_failure`.
pub const HW_STATE: Key<Str> = Key::new("hw.state");

/// `hw.tape_drive.operation_type`: a string (development). Listed: `mount`, `unmount`, `clean`.
pub const HW_TAPE_DRIVE_OPERATION_TYPE: Key<Str> = Key::new("hw.tape_drive.operation_type");

/// `hw.type`: a string (development). Listed: `battery`, `cpu`, `disk_controller`, `enclosure`, `fan`, `gpu`, `logical_disk`, `memory`, `network`, `physical_disk`, `power_supply`, `tape_drive`, `temperature`, `voltage`.
pub const HW_TYPE: Key<Str> = Key::new("hw.type");

/// `hw.vendor`: a string (development).
pub const HW_VENDOR: Key<Str> = Key::new("hw.vendor");

/// `ios.app.state`: a string (development). Listed: `active`, `inactive`, `background`, `foreground`, `terminate`.
pub const IOS_APP_STATE: Key<Str> = Key::new("ios.app.state");

/// `ios.state`: a string.
#[deprecated(note = "instead of `ios.state` write `keys::IOS_APP_STATE`")]
pub const IOS_STATE: Key<Replaced> = Key::new("ios.state");

/// `jsonrpc.protocol.version`: a string (development).
pub const JSONRPC_PROTOCOL_VERSION: Key<Str> = Key::new("jsonrpc.protocol.version");

/// `jsonrpc.request.id`: a string (development).
pub const JSONRPC_REQUEST_ID: Key<Str> = Key::new("jsonrpc.request.id");

/// `jvm.buffer.pool.name`: a string (development).
pub const JVM_BUFFER_POOL_NAME: Key<Str> = Key::new("jvm.buffer.pool.name");

/// `jvm.gc.action`: a string (stable).
pub const JVM_GC_ACTION: Key<Str> = Key::new("jvm.gc.action");

/// `jvm.gc.cause`: a string (development).
pub const JVM_GC_CAUSE: Key<Str> = Key::new("jvm.gc.cause");

/// `jvm.gc.name`: a string (stable).
pub const JVM_GC_NAME: Key<Str> = Key::new("jvm.gc.name");

/// `jvm.memory.pool.name`: a string (stable).
pub const JVM_MEMORY_POOL_NAME: Key<Str> = Key::new("jvm.memory.pool.name");

/// `jvm.memory.type`: a string (stable). Listed: `heap`, `non_heap`.
pub const JVM_MEMORY_TYPE: Key<Str> = Key::new("jvm.memory.type");

/// `jvm.thread.daemon`: a bool (stable).
pub const JVM_THREAD_DAEMON: Key<Bool> = Key::new("jvm.thread.daemon");

/// `jvm.thread.state`: a string (stable). Listed: `new`, `runnable`, `blocked`, `waiting`, `timed_waiting`, `terminated`.
pub const JVM_THREAD_STATE: Key<Str> = Key::new("jvm.thread.state");

/// `k8s.cluster.name`: a string (stable).
pub const K8S_CLUSTER_NAME: Key<Str> = Key::new("k8s.cluster.name");

/// `k8s.cluster.uid`: a string (stable).
pub const K8S_CLUSTER_UID: Key<Str> = Key::new("k8s.cluster.uid");

/// `k8s.container.ephemeral_storage.fs_type`: a string (development). Listed: `rootfs`, `logs`.
pub const K8S_CONTAINER_EPHEMERAL_STORAGE_FS_TYPE: Key<Str> = Key::new("k8s.container.ephemeral_storage.fs_type");

/// `k8s.container.name`: a string (stable).
pub const K8S_CONTAINER_NAME: Key<Str> = Key::new("k8s.container.name");

/// `k8s.container.restart_count`: an int (stable).
pub const K8S_CONTAINER_RESTART_COUNT: Key<Int> = Key::new("k8s.container.restart_count");

/// `k8s.container.status.last_terminated_reason`: a string (development).
pub const K8S_CONTAINER_STATUS_LAST_TERMINATED_REASON: Key<Str> = Key::new("k8s.container.status.last_terminated_reason");

/// `k8s.container.status.reason`: a string (experimental). Listed: `ContainerCreating`, `CrashLoopBackOff`, `CreateContainerConfigError`, `ErrImagePull`, `ImagePullBackOff`, `OOMKilled`, `Completed`, `Error`, `ContainerCannotRun`.
pub const K8S_CONTAINER_STATUS_REASON: Key<Str> = Key::new("k8s.container.status.reason");

/// `k8s.container.status.state`: a string (experimental). Listed: `terminated`, `running`, `waiting`.
pub const K8S_CONTAINER_STATUS_STATE: Key<Str> = Key::new("k8s.container.status.state");

/// `k8s.cronjob.name`: a string (stable).
pub const K8S_CRONJOB_NAME: Key<Str> = Key::new("k8s.cronjob.name");

/// `k8s.cronjob.uid`: a string (stable).
pub const K8S_CRONJOB_UID: Key<Str> = Key::new("k8s.cronjob.uid");

/// `k8s.daemonset.name`: a string (stable).
pub const K8S_DAEMONSET_NAME: Key<Str> = Key::new("k8s.daemonset.name");

/// `k8s.daemonset.uid`: a string (stable).
pub const K8S_DAEMONSET_UID: Key<Str> = Key::new("k8s.daemonset.uid");

/// `k8s.deployment.name`: a string (stable).
pub const K8S_DEPLOYMENT_NAME: Key<Str> = Key::new("k8s.deployment.name");

/// `k8s.deployment.uid`: a string (stable).
pub const K8S_DEPLOYMENT_UID: Key<Str> = Key::new("k8s.deployment.uid");

/// `k8s.hpa.metric.type`: a string (development).
pub const K8S_HPA_METRIC_TYPE: Key<Str> = Key::new("k8s.hpa.metric.type");

/// `k8s.hpa.name`: a string (development).
pub const K8S_HPA_NAME: Key<Str> = Key::new("k8s.hpa.name");

/// `k8s.hpa.scaletargetref.api_version`: a string (development).
pub const K8S_HPA_SCALETARGETREF_API_VERSION: Key<Str> = Key::new("k8s.hpa.scaletargetref.api_version");

/// `k8s.hpa.scaletargetref.kind`: a string (development).
pub const K8S_HPA_SCALETARGETREF_KIND: Key<Str> = Key::new("k8s.hpa.scaletargetref.kind");

/// `k8s.hpa.scaletargetref.name`: a string (development).
pub const K8S_HPA_SCALETARGETREF_NAME: Key<Str> = Key::new("k8s.hpa.scaletargetref.name");

/// `k8s.hpa.uid`: a string (development).
pub const K8S_HPA_UID: Key<Str> = Key::new("k8s.hpa.uid");

/// `k8s.hugepage.size`: a string (development).
pub const K8S_HUGEPAGE_SIZE: Key<Str> = Key::new("k8s.hugepage.size");

/// `k8s.job.name`: a string (stable).
pub const K8S_JOB_NAME: Key<Str> = Key::new("k8s.job.name");

/// `k8s.job.uid`: a string (stable).
pub const K8S_JOB_UID: Key<Str> = Key::new("k8s.job.uid");

/// `k8s.namespace.name`: a string (stable).
pub const K8S_NAMESPACE_NAME: Key<Str> = Key::new("k8s.namespace.name");

/// `k8s.namespace.phase`: a string (development). Listed: `active`, `terminating`.
pub const K8S_NAMESPACE_PHASE: Key<Str> = Key::new("k8s.namespace.phase");

/// `k8s.node.condition.status`: a string (development). Listed: `true`, `false`, `unknown`.
pub const K8S_NODE_CONDITION_STATUS: Key<Str> = Key::new("k8s.node.condition.status");

/// `k8s.node.condition.type`: a string (development). Listed: `Ready`, `DiskPressure`, `MemoryPressure`, `PIDPressure`, `NetworkUnavailable`.
pub const K8S_NODE_CONDITION_TYPE: Key<Str> = Key::new("k8s.node.condition.type");

/// `k8s.node.name`: a string (stable).
pub const K8S_NODE_NAME: Key<Str> = Key::new("k8s.node.name");

/// `k8s.node.system_container.name`: a string (development).
pub const K8S_NODE_SYSTEM_CONTAINER_NAME: Key<Str> = Key::new("k8s.node.system_container.name");

/// `k8s.node.uid`: a string (stable).
pub const K8S_NODE_UID: Key<Str> = Key::new("k8s.node.uid");

/// `k8s.persistentvolume.name`: a string (development).
pub const K8S_PERSISTENTVOLUME_NAME: Key<Str> = Key::new("k8s.persistentvolume.name");

/// `k8s.persistentvolume.reclaim_policy`: a string (development). Listed: `Delete`, `Recycle`, `Retain`.
pub const K8S_PERSISTENTVOLUME_RECLAIM_POLICY: Key<Str> = Key::new("k8s.persistentvolume.reclaim_policy");

/// `k8s.persistentvolume.status.phase`: a string (development). Listed: `Available`, `Bound`, `Failed`, `Pending`, `Released`.
pub const K8S_PERSISTENTVOLUME_STATUS_PHASE: Key<Str> = Key::new("k8s.persistentvolume.status.phase");

/// `k8s.persistentvolume.uid`: a string (development).
pub const K8S_PERSISTENTVOLUME_UID: Key<Str> = Key::new("k8s.persistentvolume.uid");

/// `k8s.persistentvolumeclaim.name`: a string (development).
pub const K8S_PERSISTENTVOLUMECLAIM_NAME: Key<Str> = Key::new("k8s.persistentvolumeclaim.name");

/// `k8s.persistentvolumeclaim.status.phase`: a string (development). Listed: `Bound`, `Lost`, `Pending`.
pub const K8S_PERSISTENTVOLUMECLAIM_STATUS_PHASE: Key<Str> = Key::new("k8s.persistentvolumeclaim.status.phase");

/// `k8s.persistentvolumeclaim.uid`: a string (development).
pub const K8S_PERSISTENTVOLUMECLAIM_UID: Key<Str> = Key::new("k8s.persistentvolumeclaim.uid");

/// `k8s.pod.hostname`: a string (stable).
pub const K8S_POD_HOSTNAME: Key<Str> = Key::new("k8s.pod.hostname");

/// `k8s.pod.ip`: a string (stable).
pub const K8S_POD_IP: Key<Str> = Key::new("k8s.pod.ip");

/// `k8s.pod.name`: a string (stable).
pub const K8S_POD_NAME: Key<Str> = Key::new("k8s.pod.name");

/// `k8s.pod.start_time`: a string (stable).
pub const K8S_POD_START_TIME: Key<Str> = Key::new("k8s.pod.start_time");

/// `k8s.pod.status.phase`: a string (development). Listed: `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
pub const K8S_POD_STATUS_PHASE: Key<Str> = Key::new("k8s.pod.status.phase");

/// `k8s.pod.status.reason`: a string (development). Listed: `Evicted`, `NodeAffinity`, `NodeLost`, `Shutdown`, `UnexpectedAdmissionError`.
pub const K8S_POD_STATUS_REASON: Key<Str> = Key::new("k8s.pod.status.reason");

/// `k8s.pod.uid`: a string (stable).
pub const K8S_POD_UID: Key<Str> = Key::new("k8s.pod.uid");

/// `k8s.replicaset.name`: a string (stable).
pub const K8S_REPLICASET_NAME: Key<Str> = Key::new("k8s.replicaset.name");

/// `k8s.replicaset.uid`: a string (stable).
pub const K8S_REPLICASET_UID: Key<Str> = Key::new("k8s.replicaset.uid");

/// `k8s.replicationcontroller.name`: a string (development).
pub const K8S_REPLICATIONCONTROLLER_NAME: Key<Str> = Key::new("k8s.replicationcontroller.name");

/// `k8s.replicationcontroller.uid`: a string (development).
pub const K8S_REPLICATIONCONTROLLER_UID: Key<Str> = Key::new("k8s.replicationcontroller.uid");

/// `k8s.resourcequota.name`: a string (development).
pub const K8S_RESOURCEQUOTA_NAME: Key<Str> = Key::new("k8s.resourcequota.name");

/// `k8s.resourcequota.resource_name`: a string (development).
pub const K8S_RESOURCEQUOTA_RESOURCE_NAME: Key<Str> = Key::new("k8s.resourcequota.resource_name");

/// `k8s.resourcequota.uid`: a string (development).
pub const K8S_RESOURCEQUOTA_UID: Key<Str> = Key::new("k8s.resourcequota.uid");

/// `k8s.service.endpoint.address_type`: a string (development). Listed: `IPv4`, `IPv6`, `FQDN`.
pub const K8S_SERVICE_ENDPOINT_ADDRESS_TYPE: Key<Str> = Key::new("k8s.service.endpoint.address_type");

/// `k8s.service.endpoint.condition`: a string (development). Listed: `ready`, `serving`, `terminating`.
pub const K8S_SERVICE_ENDPOINT_CONDITION: Key<Str> = Key::new("k8s.service.endpoint.condition");

/// `k8s.service.endpoint.zone`: a string (development).
pub const K8S_SERVICE_ENDPOINT_ZONE: Key<Str> = Key::new("k8s.service.endpoint.zone");

/// `k8s.service.name`: a string (development).
pub const K8S_SERVICE_NAME: Key<Str> = Key::new("k8s.service.name");

/// `k8s.service.publish_not_ready_addresses`: a bool (development).
pub const K8S_SERVICE_PUBLISH_NOT_READY_ADDRESSES: Key<Bool> = Key::new("k8s.service.publish_not_ready_addresses");

/// `k8s.service.traffic_distribution`: a string (development).
pub const K8S_SERVICE_TRAFFIC_DISTRIBUTION: Key<Str> = Key::new("k8s.service.traffic_distribution");

/// `k8s.service.type`: a string (development). Listed: `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
pub const K8S_SERVICE_TYPE: Key<Str> = Key::new("k8s.service.type");

/// `k8s.service.uid`: a string (development).
pub const K8S_SERVICE_UID: Key<Str> = Key::new("k8s.service.uid");

/// `k8s.statefulset.name`: a string (stable).
pub const K8S_STATEFULSET_NAME: Key<Str> = Key::new("k8s.statefulset.name");

/// `k8s.statefulset.uid`: a string (stable).
pub const K8S_STATEFULSET_UID: Key<Str> = Key::new("k8s.statefulset.uid");

/// `k8s.storageclass.name`: a string (development).
pub const K8S_STORAGECLASS_NAME: Key<Str> = Key::new("k8s.storageclass.name");

/// `k8s.volume.name`: a string (development).
pub const K8S_VOLUME_NAME: Key<Str> = Key::new("k8s.volume.name");

/// `k8s.volume.type`: a string (development). Listed: `persistentVolumeClaim`, `configMap`, `downwardAPI`, `emptyDir`, `secret`, `local`.
pub const K8S_VOLUME_TYPE: Key<Str> = Key::new("k8s.volume.type");

/// `linux.memory.slab.state`: a string.
#[deprecated(note = "instead of `linux.memory.slab.state` write `keys::SYSTEM_MEMORY_LINUX_SLAB_STATE`")]
pub const LINUX_MEMORY_SLAB_STATE: Key<Replaced> = Key::new("linux.memory.slab.state");

/// `log.file.name`: a string (development).
pub const LOG_FILE_NAME: Key<Str> = Key::new("log.file.name");

/// `log.file.name_resolved`: a string (development).
pub const LOG_FILE_NAME_RESOLVED: Key<Str> = Key::new("log.file.name_resolved");

/// `log.file.path`: a string (development).
pub const LOG_FILE_PATH: Key<Str> = Key::new("log.file.path");

/// `log.file.path_resolved`: a string (development).
pub const LOG_FILE_PATH_RESOLVED: Key<Str> = Key::new("log.file.path_resolved");

/// `log.iostream`: a string (development). Listed: `stdout`, `stderr`.
pub const LOG_IOSTREAM: Key<Str> = Key::new("log.iostream");

/// `log.record.original`: a string (development).
pub const LOG_RECORD_ORIGINAL: Key<Str> = Key::new("log.record.original");

/// `log.record.uid`: a string (development).
pub const LOG_RECORD_UID: Key<Str> = Key::new("log.record.uid");

/// `mainframe.lpar.name`: a string (development).
pub const MAINFRAME_LPAR_NAME: Key<Str> = Key::new("mainframe.lpar.name");

/// `mcp.method.name`: a string (development). Listed: `notifications/cancelled`, `initialize`, `notifications/initialized`, `notifications/progress`, `ping`, `resources/list`, `resources/templates/list`, `resources/read`, `notifications/resources/list_changed`, `resources/subscribe`, `resources/unsubscribe`, `notifications/resources/updated`, `prompts/list`, `prompts/get`, `notifications/prompts/list_changed`, `tools/list`, `tools/call`, `notifications/tools/list_changed`, `logging/setLevel`, `notifications/message`, `sampling/createMessage`, `completion/complete`, `roots/list`, `notifications/roots/list_changed`, `elicitation/create`.
pub const MCP_METHOD_NAME: Key<Str> = Key::new("mcp.method.name");

/// `mcp.protocol.version`: a string (development).
pub const MCP_PROTOCOL_VERSION: Key<Str> = Key::new("mcp.protocol.version");

/// `mcp.resource.uri`: a string (development).
pub const MCP_RESOURCE_URI: Key<Str> = Key::new("mcp.resource.uri");

/// `mcp.session.id`: a string (development).
pub const MCP_SESSION_ID: Key<Str> = Key::new("mcp.session.id");

/// `message.compressed_size`: an int.
#[deprecated(note = "the OpenTelemetry registry deprecates `message.compressed_size` and names no replacement")]
pub const MESSAGE_COMPRESSED_SIZE: Key<Int> = Key::new("message.compressed_size");

/// `message.id`: an int.
#[deprecated(note = "the OpenTelemetry registry deprecates `message.id` and names no replacement")]
pub const MESSAGE_ID: Key<Int> = Key::new("message.id");

/// `message.type`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `message.type` and names no replacement")]
pub const MESSAGE_TYPE: Key<Str> = Key::new("message.type");

/// `message.uncompressed_size`: an int.
#[deprecated(note = "the OpenTelemetry registry deprecates `message.uncompressed_size` and names no replacement")]
pub const MESSAGE_UNCOMPRESSED_SIZE: Key<Int> = Key::new("message.uncompressed_size");

/// `messaging.batch.message_count`: an int (development).
pub const MESSAGING_BATCH_MESSAGE_COUNT: Key<Int> = Key::new("messaging.batch.message_count");

/// `messaging.client.id`: a string (development).
pub const MESSAGING_CLIENT_ID: Key<Str> = Key::new("messaging.client.id");

/// `messaging.consumer.group.name`: a string (development).
pub const MESSAGING_CONSUMER_GROUP_NAME: Key<Str> = Key::new("messaging.consumer.group.name");

/// `messaging.destination.anonymous`: a bool (development).
pub const MESSAGING_DESTINATION_ANONYMOUS: Key<Bool> = Key::new("messaging.destination.anonymous");

/// `messaging.destination.name`: a string (development).
pub const MESSAGING_DESTINATION_NAME: Key<Str> = Key::new("messaging.destination.name");

/// `messaging.destination.partition.id`: a string (development).
pub const MESSAGING_DESTINATION_PARTITION_ID: Key<Str> = Key::new("messaging.destination.partition.id");

/// `messaging.destination.subscription.name`: a string (development).
pub const MESSAGING_DESTINATION_SUBSCRIPTION_NAME: Key<Str> = Key::new("messaging.destination.subscription.name");

/// `messaging.destination.template`: a string (development).
pub const MESSAGING_DESTINATION_TEMPLATE: Key<Str> = Key::new("messaging.destination.template");

/// `messaging.destination.temporary`: a bool (development).
pub const MESSAGING_DESTINATION_TEMPORARY: Key<Bool> = Key::new("messaging.destination.temporary");

/// `messaging.destination_publish.anonymous`: a bool.
#[deprecated(note = "the OpenTelemetry registry deprecates `messaging.destination_publish.anonymous` and names no replacement")]
pub const MESSAGING_DESTINATION_PUBLISH_ANONYMOUS: Key<Bool> = Key::new("messaging.destination_publish.anonymous");

/// `messaging.destination_publish.name`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `messaging.destination_publish.name` and names no replacement")]
pub const MESSAGING_DESTINATION_PUBLISH_NAME: Key<Str> = Key::new("messaging.destination_publish.name");

/// `messaging.eventhubs.consumer.group`: a string.
#[deprecated(note = "instead of `messaging.eventhubs.consumer.group` write `keys::MESSAGING_CONSUMER_GROUP_NAME`")]
pub const MESSAGING_EVENTHUBS_CONSUMER_GROUP: Key<Replaced> = Key::new("messaging.eventhubs.consumer.group");

/// `messaging.eventhubs.message.enqueued_time`: an int (development).
pub const MESSAGING_EVENTHUBS_MESSAGE_ENQUEUED_TIME: Key<Int> = Key::new("messaging.eventhubs.message.enqueued_time");

/// `messaging.gcp_pubsub.message.ack_deadline`: an int (development).
pub const MESSAGING_GCP_PUBSUB_MESSAGE_ACK_DEADLINE: Key<Int> = Key::new("messaging.gcp_pubsub.message.ack_deadline");

/// `messaging.gcp_pubsub.message.ack_id`: a string (development).
pub const MESSAGING_GCP_PUBSUB_MESSAGE_ACK_ID: Key<Str> = Key::new("messaging.gcp_pubsub.message.ack_id");

/// `messaging.gcp_pubsub.message.delivery_attempt`: an int (development).
pub const MESSAGING_GCP_PUBSUB_MESSAGE_DELIVERY_ATTEMPT: Key<Int> = Key::new("messaging.gcp_pubsub.message.delivery_attempt");

/// `messaging.gcp_pubsub.message.ordering_key`: a string (development).
pub const MESSAGING_GCP_PUBSUB_MESSAGE_ORDERING_KEY: Key<Str> = Key::new("messaging.gcp_pubsub.message.ordering_key");

/// `messaging.kafka.cluster.id`: a string (development).
pub const MESSAGING_KAFKA_CLUSTER_ID: Key<Str> = Key::new("messaging.kafka.cluster.id");

/// `messaging.kafka.consumer.group`: a string.
#[deprecated(note = "instead of `messaging.kafka.consumer.group` write `keys::MESSAGING_CONSUMER_GROUP_NAME`")]
pub const MESSAGING_KAFKA_CONSUMER_GROUP: Key<Replaced> = Key::new("messaging.kafka.consumer.group");

/// `messaging.kafka.destination.partition`: an int.
#[deprecated(note = "instead of `messaging.kafka.destination.partition` write `keys::MESSAGING_DESTINATION_PARTITION_ID`")]
pub const MESSAGING_KAFKA_DESTINATION_PARTITION: Key<Replaced> = Key::new("messaging.kafka.destination.partition");

/// `messaging.kafka.message.key`: a string (development).
pub const MESSAGING_KAFKA_MESSAGE_KEY: Key<Str> = Key::new("messaging.kafka.message.key");

/// `messaging.kafka.message.offset`: an int.
#[deprecated(note = "instead of `messaging.kafka.message.offset` write `keys::MESSAGING_KAFKA_OFFSET`")]
pub const MESSAGING_KAFKA_MESSAGE_OFFSET: Key<Replaced> = Key::new("messaging.kafka.message.offset");

/// `messaging.kafka.message.tombstone`: a bool (development).
pub const MESSAGING_KAFKA_MESSAGE_TOMBSTONE: Key<Bool> = Key::new("messaging.kafka.message.tombstone");

/// `messaging.kafka.offset`: an int (development).
pub const MESSAGING_KAFKA_OFFSET: Key<Int> = Key::new("messaging.kafka.offset");

/// `messaging.message.body.size`: an int (development).
pub const MESSAGING_MESSAGE_BODY_SIZE: Key<Int> = Key::new("messaging.message.body.size");

/// `messaging.message.conversation_id`: a string (development).
pub const MESSAGING_MESSAGE_CONVERSATION_ID: Key<Str> = Key::new("messaging.message.conversation_id");

/// `messaging.message.envelope.size`: an int (development).
pub const MESSAGING_MESSAGE_ENVELOPE_SIZE: Key<Int> = Key::new("messaging.message.envelope.size");

/// `messaging.message.id`: a string (development).
pub const MESSAGING_MESSAGE_ID: Key<Str> = Key::new("messaging.message.id");

/// `messaging.operation`: a string.
#[deprecated(note = "instead of `messaging.operation` write `keys::MESSAGING_OPERATION_TYPE`")]
pub const MESSAGING_OPERATION: Key<Replaced> = Key::new("messaging.operation");

/// `messaging.operation.name`: a string (development).
pub const MESSAGING_OPERATION_NAME: Key<Str> = Key::new("messaging.operation.name");

/// `messaging.operation.type`: a string (development). Listed: `create`, `send`, `receive`, `process`, `settle`, `deliver`, `publish`.
pub const MESSAGING_OPERATION_TYPE: Key<Str> = Key::new("messaging.operation.type");

/// `messaging.rabbitmq.destination.routing_key`: a string (development).
pub const MESSAGING_RABBITMQ_DESTINATION_ROUTING_KEY: Key<Str> = Key::new("messaging.rabbitmq.destination.routing_key");

/// `messaging.rabbitmq.message.delivery_tag`: an int (development).
pub const MESSAGING_RABBITMQ_MESSAGE_DELIVERY_TAG: Key<Int> = Key::new("messaging.rabbitmq.message.delivery_tag");

/// `messaging.rocketmq.client_group`: a string.
#[deprecated(note = "instead of `messaging.rocketmq.client_group` write `keys::MESSAGING_CONSUMER_GROUP_NAME` on consumers")]
pub const MESSAGING_ROCKETMQ_CLIENT_GROUP: Key<Replaced> = Key::new("messaging.rocketmq.client_group");

/// `messaging.rocketmq.consumption_model`: a string (development). Listed: `clustering`, `broadcasting`.
pub const MESSAGING_ROCKETMQ_CONSUMPTION_MODEL: Key<Str> = Key::new("messaging.rocketmq.consumption_model");

/// `messaging.rocketmq.message.delay_time_level`: an int (development).
pub const MESSAGING_ROCKETMQ_MESSAGE_DELAY_TIME_LEVEL: Key<Int> = Key::new("messaging.rocketmq.message.delay_time_level");

/// `messaging.rocketmq.message.delivery_timestamp`: an int (development).
pub const MESSAGING_ROCKETMQ_MESSAGE_DELIVERY_TIMESTAMP: Key<Int> = Key::new("messaging.rocketmq.message.delivery_timestamp");

/// `messaging.rocketmq.message.group`: a string (development).
pub const MESSAGING_ROCKETMQ_MESSAGE_GROUP: Key<Str> = Key::new("messaging.rocketmq.message.group");

/// `messaging.rocketmq.message.keys`: an array of strings (development).
pub const MESSAGING_ROCKETMQ_MESSAGE_KEYS: Key<StrArray> = Key::new("messaging.rocketmq.message.keys");

/// `messaging.rocketmq.message.tag`: a string (development).
pub const MESSAGING_ROCKETMQ_MESSAGE_TAG: Key<Str> = Key::new("messaging.rocketmq.message.tag");

/// `messaging.rocketmq.message.type`: a string (development). Listed: `normal`, `fifo`, `delay`, `transaction`.
pub const MESSAGING_ROCKETMQ_MESSAGE_TYPE: Key<Str> = Key::new("messaging.rocketmq.message.type");

/// `messaging.rocketmq.namespace`: a string (development).
pub const MESSAGING_ROCKETMQ_NAMESPACE: Key<Str> = Key::new("messaging.rocketmq.namespace");

/// `messaging.servicebus.destination.subscription_name`: a string.
#[deprecated(note = "instead of `messaging.servicebus.destination.subscription_name` write `keys::MESSAGING_DESTINATION_SUBSCRIPTION_NAME`")]
pub const MESSAGING_SERVICEBUS_DESTINATION_SUBSCRIPTION_NAME: Key<Replaced> = Key::new("messaging.servicebus.destination.subscription_name");

/// `messaging.servicebus.disposition_status`: a string (development). Listed: `complete`, `abandon`, `dead_letter`, `defer`.
pub const MESSAGING_SERVICEBUS_DISPOSITION_STATUS: Key<Str> = Key::new("messaging.servicebus.disposition_status");

/// `messaging.servicebus.message.delivery_count`: an int (development).
pub const MESSAGING_SERVICEBUS_MESSAGE_DELIVERY_COUNT: Key<Int> = Key::new("messaging.servicebus.message.delivery_count");

/// `messaging.servicebus.message.enqueued_time`: an int (development).
pub const MESSAGING_SERVICEBUS_MESSAGE_ENQUEUED_TIME: Key<Int> = Key::new("messaging.servicebus.message.enqueued_time");

/// `messaging.system`: a string (development). Listed: `activemq`, `aws.sns`, `aws_sqs`, `eventgrid`, `eventhubs`, `servicebus`, `gcp_pubsub`, `jms`, `kafka`, `rabbitmq`, `rocketmq`, `pulsar`.
pub const MESSAGING_SYSTEM: Key<Str> = Key::new("messaging.system");

/// `net.host.ip`: a string.
#[deprecated(note = "instead of `net.host.ip` write `keys::NETWORK_LOCAL_ADDRESS`")]
pub const NET_HOST_IP: Key<Replaced> = Key::new("net.host.ip");

/// `net.host.name`: a string.
#[deprecated(note = "instead of `net.host.name` write `keys::SERVER_ADDRESS`")]
pub const NET_HOST_NAME: Key<Replaced> = Key::new("net.host.name");

/// `net.host.port`: an int.
#[deprecated(note = "instead of `net.host.port` write `keys::SERVER_PORT`")]
pub const NET_HOST_PORT: Key<Replaced> = Key::new("net.host.port");

/// `net.peer.ip`: a string.
#[deprecated(note = "instead of `net.peer.ip` write `keys::NETWORK_PEER_ADDRESS`")]
pub const NET_PEER_IP: Key<Replaced> = Key::new("net.peer.ip");

/// `net.peer.name`: a string.
#[deprecated(note = "instead of `net.peer.name` write `keys::SERVER_ADDRESS` on clients, or `keys::CLIENT_ADDRESS` on servers")]
pub const NET_PEER_NAME: Key<Replaced> = Key::new("net.peer.name");

/// `net.peer.port`: an int.
#[deprecated(note = "instead of `net.peer.port` write `keys::SERVER_PORT` on clients, or `keys::CLIENT_PORT` on servers")]
pub const NET_PEER_PORT: Key<Replaced> = Key::new("net.peer.port");

/// `net.protocol.name`: a string.
#[deprecated(note = "instead of `net.protocol.name` write `keys::NETWORK_PROTOCOL_NAME`")]
pub const NET_PROTOCOL_NAME: Key<Replaced> = Key::new("net.protocol.name");

/// `net.protocol.version`: a string.
#[deprecated(note = "instead of `net.protocol.version` write `keys::NETWORK_PROTOCOL_VERSION`")]
pub const NET_PROTOCOL_VERSION: Key<Replaced> = Key::new("net.protocol.version");

/// `net.sock.family`: a string.
#[deprecated(note = "instead of `net.sock.family` write `keys::NETWORK_TRANSPORT` and `keys::NETWORK_TYPE`")]
pub const NET_SOCK_FAMILY: Key<Replaced> = Key::new("net.sock.family");

/// `net.sock.host.addr`: a string.
#[deprecated(note = "instead of `net.sock.host.addr` write `keys::NETWORK_LOCAL_ADDRESS`")]
pub const NET_SOCK_HOST_ADDR: Key<Replaced> = Key::new("net.sock.host.addr");

/// `net.sock.host.port`: an int.
#[deprecated(note = "instead of `net.sock.host.port` write `keys::NETWORK_LOCAL_PORT`")]
pub const NET_SOCK_HOST_PORT: Key<Replaced> = Key::new("net.sock.host.port");

/// `net.sock.peer.addr`: a string.
#[deprecated(note = "instead of `net.sock.peer.addr` write `keys::NETWORK_PEER_ADDRESS`")]
pub const NET_SOCK_PEER_ADDR: Key<Replaced> = Key::new("net.sock.peer.addr");

/// `net.sock.peer.name`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `net.sock.peer.name` and names no replacement")]
pub const NET_SOCK_PEER_NAME: Key<Str> = Key::new("net.sock.peer.name");

/// `net.sock.peer.port`: an int.
#[deprecated(note = "instead of `net.sock.peer.port` write `keys::NETWORK_PEER_PORT`")]
pub const NET_SOCK_PEER_PORT: Key<Replaced> = Key::new("net.sock.peer.port");

/// `net.transport`: a string.
#[deprecated(note = "instead of `net.transport` write `keys::NETWORK_TRANSPORT`")]
pub const NET_TRANSPORT: Key<Replaced> = Key::new("net.transport");

/// `network.carrier.icc`: a string (development).
pub const NETWORK_CARRIER_ICC: Key<Str> = Key::new("network.carrier.icc");

/// `network.carrier.mcc`: a string (development).
pub const NETWORK_CARRIER_MCC: Key<Str> = Key::new("network.carrier.mcc");

/// `network.carrier.mnc`: a string (development).
pub const NETWORK_CARRIER_MNC: Key<Str> = Key::new("network.carrier.mnc");

/// `network.carrier.name`: a string (development).
pub const NETWORK_CARRIER_NAME: Key<Str> = Key::new("network.carrier.name");

/// `network.connection.state`: a string (development). Listed: `closed`, `close_wait`, `closing`, `established`, `fin_wait_1`, `fin_wait_2`, `last_ack`, `listen`, `syn_received`, `syn_sent`, `time_wait`.
pub const NETWORK_CONNECTION_STATE: Key<Str> = Key::new("network.connection.state");

/// `network.connection.subtype`: a string (development). Listed: `gprs`, `edge`, `umts`, `cdma`, `evdo_0`, `evdo_a`, `cdma2000_1xrtt`, `hsdpa`, `hsupa`, `hspa`, `iden`, `evdo_b`, `lte`, `ehrpd`, `hspap`, `gsm`, `td_scdma`, `iwlan`, `nr`, `nrnsa`, `lte_ca`.
pub const NETWORK_CONNECTION_SUBTYPE: Key<Str> = Key::new("network.connection.subtype");

/// `network.connection.type`: a string (development). Listed: `wifi`, `wired`, `cell`, `unavailable`, `unknown`.
pub const NETWORK_CONNECTION_TYPE: Key<Str> = Key::new("network.connection.type");

/// `network.interface.name`: a string (release candidate).
pub const NETWORK_INTERFACE_NAME: Key<Str> = Key::new("network.interface.name");

/// `network.io.direction`: a string (release candidate). Listed: `transmit`, `receive`.
pub const NETWORK_IO_DIRECTION: Key<Str> = Key::new("network.io.direction");

/// `network.local.address`: a string (stable).
pub const NETWORK_LOCAL_ADDRESS: Key<Str> = Key::new("network.local.address");

/// `network.local.port`: an int (stable).
pub const NETWORK_LOCAL_PORT: Key<Int> = Key::new("network.local.port");

/// `network.peer.address`: a string (stable).
pub const NETWORK_PEER_ADDRESS: Key<Str> = Key::new("network.peer.address");

/// `network.peer.port`: an int (stable).
pub const NETWORK_PEER_PORT: Key<Int> = Key::new("network.peer.port");

/// `network.protocol.name`: a string (stable).
pub const NETWORK_PROTOCOL_NAME: Key<Str> = Key::new("network.protocol.name");

/// `network.protocol.version`: a string (stable).
pub const NETWORK_PROTOCOL_VERSION: Key<Str> = Key::new("network.protocol.version");

/// `network.transport`: a string (stable). Listed: `tcp`, `udp`, `pipe`, `unix`, `quic`.
pub const NETWORK_TRANSPORT: Key<Str> = Key::new("network.transport");

/// `network.type`: a string (stable). Listed: `ipv4`, `ipv6`.
pub const NETWORK_TYPE: Key<Str> = Key::new("network.type");

/// `nfs.operation.name`: a string (development).
pub const NFS_OPERATION_NAME: Key<Str> = Key::new("nfs.operation.name");

/// `nfs.server.repcache.status`: a string (development).
pub const NFS_SERVER_REPCACHE_STATUS: Key<Str> = Key::new("nfs.server.repcache.status");

/// `nodejs.eventloop.state`: a string (development). Listed: `active`, `idle`.
pub const NODEJS_EVENTLOOP_STATE: Key<Str> = Key::new("nodejs.eventloop.state");

/// `oci.manifest.digest`: a string (development).
pub const OCI_MANIFEST_DIGEST: Key<Str> = Key::new("oci.manifest.digest");

/// `onc_rpc.procedure.name`: a string (development).
pub const ONC_RPC_PROCEDURE_NAME: Key<Str> = Key::new("onc_rpc.procedure.name");

/// `onc_rpc.procedure.number`: an int (development).
pub const ONC_RPC_PROCEDURE_NUMBER: Key<Int> = Key::new("onc_rpc.procedure.number");

/// `onc_rpc.program.name`: a string (development).
pub const ONC_RPC_PROGRAM_NAME: Key<Str> = Key::new("onc_rpc.program.name");

/// `onc_rpc.version`: an int (development).
pub const ONC_RPC_VERSION: Key<Int> = Key::new("onc_rpc.version");

/// `openai.api.type`: a string (development). Listed: `chat_completions`, `responses`.
pub const OPENAI_API_TYPE: Key<Str> = Key::new("openai.api.type");

/// `openai.request.service_tier`: a string (development). Listed: `auto`, `default`.
pub const OPENAI_REQUEST_SERVICE_TIER: Key<Str> = Key::new("openai.request.service_tier");

/// `openai.response.service_tier`: a string (development).
pub const OPENAI_RESPONSE_SERVICE_TIER: Key<Str> = Key::new("openai.response.service_tier");

/// `openai.response.system_fingerprint`: a string (development).
pub const OPENAI_RESPONSE_SYSTEM_FINGERPRINT: Key<Str> = Key::new("openai.response.system_fingerprint");

/// `openshift.clusterquota.name`: a string (development).
pub const OPENSHIFT_CLUSTERQUOTA_NAME: Key<Str> = Key::new("openshift.clusterquota.name");

/// `openshift.clusterquota.uid`: a string (development).
pub const OPENSHIFT_CLUSTERQUOTA_UID: Key<Str> = Key::new("openshift.clusterquota.uid");

/// `opentracing.ref_type`: a string (development). Listed: `child_of`, `follows_from`.
pub const OPENTRACING_REF_TYPE: Key<Str> = Key::new("opentracing.ref_type");

/// `oracle.db.domain`: a string (release candidate).
pub const ORACLE_DB_DOMAIN: Key<Str> = Key::new("oracle.db.domain");

/// `oracle.db.instance.name`: a string (release candidate).
pub const ORACLE_DB_INSTANCE_NAME: Key<Str> = Key::new("oracle.db.instance.name");

/// `oracle.db.name`: a string (release candidate).
pub const ORACLE_DB_NAME: Key<Str> = Key::new("oracle.db.name");

/// `oracle.db.pdb`: a string (release candidate).
pub const ORACLE_DB_PDB: Key<Str> = Key::new("oracle.db.pdb");

/// `oracle.db.service`: a string (release candidate).
pub const ORACLE_DB_SERVICE: Key<Str> = Key::new("oracle.db.service");

/// `oracle_cloud.realm`: a string (development).
pub const ORACLE_CLOUD_REALM: Key<Str> = Key::new("oracle_cloud.realm");

/// `os.build_id`: a string (development).
pub const OS_BUILD_ID: Key<Str> = Key::new("os.build_id");

/// `os.description`: a string (development).
pub const OS_DESCRIPTION: Key<Str> = Key::new("os.description");

/// `os.name`: a string (development).
pub const OS_NAME: Key<Str> = Key::new("os.name");

/// `os.type`: a string (development). Listed: `windows`, `linux`, `darwin`, `freebsd`, `netbsd`, `openbsd`, `dragonflybsd`, `hpux`, `aix`, `solaris`, `z_os`, `zos`.
pub const OS_TYPE: Key<Str> = Key::new("os.type");

/// `os.version`: a string (development).
pub const OS_VERSION: Key<Str> = Key::new("os.version");

/// `otel.component.name`: a string (development).
pub const OTEL_COMPONENT_NAME: Key<Str> = Key::new("otel.component.name");

/// `otel.component.type`: a string (development). Listed: `batching_span_processor`, `simple_span_processor`, `batching_log_processor`, `simple_log_processor`, `otlp_grpc_span_exporter`, `otlp_http_span_exporter`, `otlp_http_json_span_exporter`, `zipkin_http_span_exporter`, `otlp_grpc_log_exporter`, `otlp_http_log_exporter`, `otlp_http_json_log_exporter`, `periodic_metric_reader`, `otlp_grpc_metric_exporter`, `otlp_http_metric_exporter`, `otlp_http_json_metric_exporter`, `prometheus_http_text_metric_exporter`.
pub const OTEL_COMPONENT_TYPE: Key<Str> = Key::new("otel.component.type");

/// `otel.event.name`: a string (stable).
pub const OTEL_EVENT_NAME: Key<Str> = Key::new("otel.event.name");

/// `otel.library.name`: a string.
#[deprecated(note = "instead of `otel.library.name` write `keys::OTEL_SCOPE_NAME`")]
pub const OTEL_LIBRARY_NAME: Key<Replaced> = Key::new("otel.library.name");

/// `otel.library.version`: a string.
#[deprecated(note = "instead of `otel.library.version` write `keys::OTEL_SCOPE_VERSION`")]
pub const OTEL_LIBRARY_VERSION: Key<Replaced> = Key::new("otel.library.version");

/// `otel.scope.name`: a string (stable).
pub const OTEL_SCOPE_NAME: Key<Str> = Key::new("otel.scope.name");

/// `otel.scope.schema_url`: a string (development).
pub const OTEL_SCOPE_SCHEMA_URL: Key<Str> = Key::new("otel.scope.schema_url");

/// `otel.scope.version`: a string (stable).
pub const OTEL_SCOPE_VERSION: Key<Str> = Key::new("otel.scope.version");

/// `otel.span.parent.origin`: a string (development). Listed: `none`, `local`, `remote`.
pub const OTEL_SPAN_PARENT_ORIGIN: Key<Str> = Key::new("otel.span.parent.origin");

/// `otel.span.sampling_result`: a string (development). Listed: `DROP`, `RECORD_ONLY`, `RECORD_AND_SAMPLE`.
pub const OTEL_SPAN_SAMPLING_RESULT: Key<Str> = Key::new("otel.span.sampling_result");

/// `otel.status_code`: a string (stable). Listed: `OK`, `ERROR`.
pub const OTEL_STATUS_CODE: Key<Str> = Key::new("otel.status_code");

/// `otel.status_description`: a string (stable).
pub const OTEL_STATUS_DESCRIPTION: Key<Str> = Key::new("otel.status_description");

/// `peer.service`: a string.
#[deprecated(note = "instead of `peer.service` write `keys::SERVICE_PEER_NAME`")]
pub const PEER_SERVICE: Key<Replaced> = Key::new("peer.service");

/// `pool.name`: a string.
#[deprecated(note = "instead of `pool.name` write `keys::DB_CLIENT_CONNECTION_POOL_NAME`")]
pub const POOL_NAME: Key<Replaced> = Key::new("pool.name");

/// `pprof.location.is_folded`: a bool (development).
pub const PPROF_LOCATION_IS_FOLDED: Key<Bool> = Key::new("pprof.location.is_folded");

/// `pprof.mapping.has_filenames`: a bool (development).
pub const PPROF_MAPPING_HAS_FILENAMES: Key<Bool> = Key::new("pprof.mapping.has_filenames");

/// `pprof.mapping.has_functions`: a bool (development).
pub const PPROF_MAPPING_HAS_FUNCTIONS: Key<Bool> = Key::new("pprof.mapping.has_functions");

/// `pprof.mapping.has_inline_frames`: a bool (development).
pub const PPROF_MAPPING_HAS_INLINE_FRAMES: Key<Bool> = Key::new("pprof.mapping.has_inline_frames");

/// `pprof.mapping.has_line_numbers`: a bool (development).
pub const PPROF_MAPPING_HAS_LINE_NUMBERS: Key<Bool> = Key::new("pprof.mapping.has_line_numbers");

/// `pprof.profile.comment`: an array of strings (development).
pub const PPROF_PROFILE_COMMENT: Key<StrArray> = Key::new("pprof.profile.comment");

/// `pprof.profile.doc_url`: a string (development).
pub const PPROF_PROFILE_DOC_URL: Key<Str> = Key::new("pprof.profile.doc_url");

/// `pprof.profile.drop_frames`: a string (development).
pub const PPROF_PROFILE_DROP_FRAMES: Key<Str> = Key::new("pprof.profile.drop_frames");

/// `pprof.profile.keep_frames`: a string (development).
pub const PPROF_PROFILE_KEEP_FRAMES: Key<Str> = Key::new("pprof.profile.keep_frames");

/// `pprof.scope.default_sample_type`: a string (development).
pub const PPROF_SCOPE_DEFAULT_SAMPLE_TYPE: Key<Str> = Key::new("pprof.scope.default_sample_type");

/// `pprof.scope.sample_type_order`: an array of ints (development).
pub const PPROF_SCOPE_SAMPLE_TYPE_ORDER: Key<IntArray> = Key::new("pprof.scope.sample_type_order");

/// `process.args_count`: an int (release candidate).
pub const PROCESS_ARGS_COUNT: Key<Int> = Key::new("process.args_count");

/// `process.command`: a string (release candidate).
pub const PROCESS_COMMAND: Key<Str> = Key::new("process.command");

/// `process.command_args`: an array of strings (release candidate).
pub const PROCESS_COMMAND_ARGS: Key<StrArray> = Key::new("process.command_args");

/// `process.command_line`: a string (release candidate).
pub const PROCESS_COMMAND_LINE: Key<Str> = Key::new("process.command_line");

/// `process.context_switch.type`: a string (release candidate). Listed: `voluntary`, `involuntary`.
pub const PROCESS_CONTEXT_SWITCH_TYPE: Key<Str> = Key::new("process.context_switch.type");

/// `process.cpu.state`: a string.
#[deprecated(note = "instead of `process.cpu.state` write `keys::CPU_MODE`")]
pub const PROCESS_CPU_STATE: Key<Replaced> = Key::new("process.cpu.state");

/// `process.creation.time`: a string (release candidate).
pub const PROCESS_CREATION_TIME: Key<Str> = Key::new("process.creation.time");

/// `process.executable.build_id.gnu`: a string (release candidate).
pub const PROCESS_EXECUTABLE_BUILD_ID_GNU: Key<Str> = Key::new("process.executable.build_id.gnu");

/// `process.executable.build_id.go`: a string (release candidate).
pub const PROCESS_EXECUTABLE_BUILD_ID_GO: Key<Str> = Key::new("process.executable.build_id.go");

/// `process.executable.build_id.htlhash`: a string (release candidate).
pub const PROCESS_EXECUTABLE_BUILD_ID_HTLHASH: Key<Str> = Key::new("process.executable.build_id.htlhash");

/// `process.executable.build_id.profiling`: a string.
#[deprecated(note = "instead of `process.executable.build_id.profiling` write `keys::PROCESS_EXECUTABLE_BUILD_ID_HTLHASH`")]
pub const PROCESS_EXECUTABLE_BUILD_ID_PROFILING: Key<Replaced> = Key::new("process.executable.build_id.profiling");

/// `process.executable.name`: a string (release candidate).
pub const PROCESS_EXECUTABLE_NAME: Key<Str> = Key::new("process.executable.name");

/// `process.executable.path`: a string (release candidate).
pub const PROCESS_EXECUTABLE_PATH: Key<Str> = Key::new("process.executable.path");

/// `process.exit.code`: an int (release candidate).
pub const PROCESS_EXIT_CODE: Key<Int> = Key::new("process.exit.code");

/// `process.exit.time`: a string (release candidate).
pub const PROCESS_EXIT_TIME: Key<Str> = Key::new("process.exit.time");

/// `process.group_leader.pid`: an int (release candidate).
pub const PROCESS_GROUP_LEADER_PID: Key<Int> = Key::new("process.group_leader.pid");

/// `process.interactive`: a bool (release candidate).
pub const PROCESS_INTERACTIVE: Key<Bool> = Key::new("process.interactive");

/// `process.linux.cgroup`: a string (release candidate).
pub const PROCESS_LINUX_CGROUP: Key<Str> = Key::new("process.linux.cgroup");

/// `process.owner`: a string (release candidate).
pub const PROCESS_OWNER: Key<Str> = Key::new("process.owner");

/// `process.paging.fault_type`: a string.
#[deprecated(note = "instead of `process.paging.fault_type` write `keys::SYSTEM_PAGING_FAULT_TYPE`")]
pub const PROCESS_PAGING_FAULT_TYPE: Key<Replaced> = Key::new("process.paging.fault_type");

/// `process.parent_pid`: an int (release candidate).
pub const PROCESS_PARENT_PID: Key<Int> = Key::new("process.parent_pid");

/// `process.pid`: an int (release candidate).
pub const PROCESS_PID: Key<Int> = Key::new("process.pid");

/// `process.real_user.id`: an int (release candidate).
pub const PROCESS_REAL_USER_ID: Key<Int> = Key::new("process.real_user.id");

/// `process.real_user.name`: a string (release candidate).
pub const PROCESS_REAL_USER_NAME: Key<Str> = Key::new("process.real_user.name");

/// `process.runtime.description`: a string (release candidate).
pub const PROCESS_RUNTIME_DESCRIPTION: Key<Str> = Key::new("process.runtime.description");

/// `process.runtime.name`: a string (release candidate).
pub const PROCESS_RUNTIME_NAME: Key<Str> = Key::new("process.runtime.name");

/// `process.runtime.version`: a string (release candidate).
pub const PROCESS_RUNTIME_VERSION: Key<Str> = Key::new("process.runtime.version");

/// `process.saved_user.id`: an int (release candidate).
pub const PROCESS_SAVED_USER_ID: Key<Int> = Key::new("process.saved_user.id");

/// `process.saved_user.name`: a string (release candidate).
pub const PROCESS_SAVED_USER_NAME: Key<Str> = Key::new("process.saved_user.name");

/// `process.session_leader.pid`: an int (release candidate).
pub const PROCESS_SESSION_LEADER_PID: Key<Int> = Key::new("process.session_leader.pid");

/// `process.state`: a string (release candidate). Listed: `running`, `sleeping`, `stopped`, `defunct`.
pub const PROCESS_STATE: Key<Str> = Key::new("process.state");

/// `process.title`: a string (release candidate).
pub const PROCESS_TITLE: Key<Str> = Key::new("process.title");

/// `process.user.id`: an int (release candidate).
pub const PROCESS_USER_ID: Key<Int> = Key::new("process.user.id");

/// `process.user.name`: a string (release candidate).
pub const PROCESS_USER_NAME: Key<Str> = Key::new("process.user.name");

/// `process.vpid`: an int (release candidate).
pub const PROCESS_VPID: Key<Int> = Key::new("process.vpid");

/// `process.working_directory`: a string (release candidate).
pub const PROCESS_WORKING_DIRECTORY: Key<Str> = Key::new("process.working_directory");

/// `profile.frame.type`: a string (development). Listed: `dotnet`, `jvm`, `kernel`, `native`, `perl`, `php`, `cpython`, `ruby`, `v8js`, `beam`, `go`, `rust`, `luajit`.
pub const PROFILE_FRAME_TYPE: Key<Str> = Key::new("profile.frame.type");

/// `rpc.connect_rpc.error_code`: a string.
#[deprecated(note = "instead of `rpc.connect_rpc.error_code` write `keys::RPC_RESPONSE_STATUS_CODE`")]
pub const RPC_CONNECT_RPC_ERROR_CODE: Key<Replaced> = Key::new("rpc.connect_rpc.error_code");

/// `rpc.grpc.status_code`: an int.
#[deprecated(note = "instead of `rpc.grpc.status_code` write `keys::RPC_RESPONSE_STATUS_CODE`")]
pub const RPC_GRPC_STATUS_CODE: Key<Replaced> = Key::new("rpc.grpc.status_code");

/// `rpc.jsonrpc.error_code`: an int.
#[deprecated(note = "instead of `rpc.jsonrpc.error_code` write `keys::RPC_RESPONSE_STATUS_CODE`")]
pub const RPC_JSONRPC_ERROR_CODE: Key<Replaced> = Key::new("rpc.jsonrpc.error_code");

/// `rpc.jsonrpc.error_message`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `rpc.jsonrpc.error_message` and names no replacement")]
pub const RPC_JSONRPC_ERROR_MESSAGE: Key<Str> = Key::new("rpc.jsonrpc.error_message");

/// `rpc.jsonrpc.request_id`: a string.
#[deprecated(note = "instead of `rpc.jsonrpc.request_id` write `keys::JSONRPC_REQUEST_ID`")]
pub const RPC_JSONRPC_REQUEST_ID: Key<Replaced> = Key::new("rpc.jsonrpc.request_id");

/// `rpc.jsonrpc.version`: a string.
#[deprecated(note = "instead of `rpc.jsonrpc.version` write `keys::JSONRPC_PROTOCOL_VERSION`")]
pub const RPC_JSONRPC_VERSION: Key<Replaced> = Key::new("rpc.jsonrpc.version");

/// `rpc.message.compressed_size`: an int.
#[deprecated(note = "the OpenTelemetry registry deprecates `rpc.message.compressed_size` and names no replacement")]
pub const RPC_MESSAGE_COMPRESSED_SIZE: Key<Int> = Key::new("rpc.message.compressed_size");

/// `rpc.message.id`: an int.
#[deprecated(note = "the OpenTelemetry registry deprecates `rpc.message.id` and names no replacement")]
pub const RPC_MESSAGE_ID: Key<Int> = Key::new("rpc.message.id");

/// `rpc.message.type`: a string.
#[deprecated(note = "the OpenTelemetry registry deprecates `rpc.message.type` and names no replacement")]
pub const RPC_MESSAGE_TYPE: Key<Str> = Key::new("rpc.message.type");

/// `rpc.message.uncompressed_size`: an int.
#[deprecated(note = "the OpenTelemetry registry deprecates `rpc.message.uncompressed_size` and names no replacement")]
pub const RPC_MESSAGE_UNCOMPRESSED_SIZE: Key<Int> = Key::new("rpc.message.uncompressed_size");

/// `rpc.method`: a string (release candidate).
pub const RPC_METHOD: Key<Str> = Key::new("rpc.method");

/// `rpc.method_original`: a string (release candidate).
pub const RPC_METHOD_ORIGINAL: Key<Str> = Key::new("rpc.method_original");

/// `rpc.response.status_code`: a string (release candidate).
pub const RPC_RESPONSE_STATUS_CODE: Key<Str> = Key::new("rpc.response.status_code");

/// `rpc.service`: a string.
#[deprecated(note = "instead of `rpc.service` write `keys::RPC_METHOD`")]
pub const RPC_SERVICE: Key<Replaced> = Key::new("rpc.service");

/// `rpc.status_code`: a string (release candidate).
pub const RPC_STATUS_CODE: Key<Str> = Key::new("rpc.status_code");

/// `rpc.system`: a string.
#[deprecated(note = "instead of `rpc.system` write `keys::RPC_SYSTEM_NAME`")]
pub const RPC_SYSTEM: Key<Replaced> = Key::new("rpc.system");

/// `rpc.system.name`: a string (release candidate). Listed: `grpc`, `dubbo`, `connectrpc`, `jsonrpc`.
pub const RPC_SYSTEM_NAME: Key<Str> = Key::new("rpc.system.name");

/// `security_rule.category`: a string (development).
pub const SECURITY_RULE_CATEGORY: Key<Str> = Key::new("security_rule.category");

/// `security_rule.description`: a string (development).
pub const SECURITY_RULE_DESCRIPTION: Key<Str> = Key::new("security_rule.description");

/// `security_rule.license`: a string (development).
pub const SECURITY_RULE_LICENSE: Key<Str> = Key::new("security_rule.license");

/// `security_rule.name`: a string (development).
pub const SECURITY_RULE_NAME: Key<Str> = Key::new("security_rule.name");

/// `security_rule.reference`: a string (development).
pub const SECURITY_RULE_REFERENCE: Key<Str> = Key::new("security_rule.reference");

/// `security_rule.ruleset.name`: a string (development).
pub const SECURITY_RULE_RULESET_NAME: Key<Str> = Key::new("security_rule.ruleset.name");

/// `security_rule.uuid`: a string (development).
pub const SECURITY_RULE_UUID: Key<Str> = Key::new("security_rule.uuid");

/// `security_rule.version`: a string (development).
pub const SECURITY_RULE_VERSION: Key<Str> = Key::new("security_rule.version");

/// `server.address`: a string (stable).
pub const SERVER_ADDRESS: Key<Str> = Key::new("server.address");

/// `server.port`: an int (stable).
pub const SERVER_PORT: Key<Int> = Key::new("server.port");

/// `service.criticality`: a string (alpha). Listed: `critical`, `high`, `medium`, `low`.
pub const SERVICE_CRITICALITY: Key<Str> = Key::new("service.criticality");

/// `service.instance.id`: a string (stable).
pub const SERVICE_INSTANCE_ID: Key<Str> = Key::new("service.instance.id");

/// `service.name`: a string (stable).
pub const SERVICE_NAME: Key<Str> = Key::new("service.name");

/// `service.namespace`: a string (stable).
pub const SERVICE_NAMESPACE: Key<Str> = Key::new("service.namespace");

/// `service.peer.name`: a string (development).
pub const SERVICE_PEER_NAME: Key<Str> = Key::new("service.peer.name");

/// `service.peer.namespace`: a string (development).
pub const SERVICE_PEER_NAMESPACE: Key<Str> = Key::new("service.peer.namespace");

/// `service.version`: a string (stable).
pub const SERVICE_VERSION: Key<Str> = Key::new("service.version");

/// `session.id`: a string (development).
pub const SESSION_ID: Key<Str> = Key::new("session.id");

/// `session.previous_id`: a string (development).
pub const SESSION_PREVIOUS_ID: Key<Str> = Key::new("session.previous_id");

/// `signalr.connection.status`: a string (stable). Listed: `normal_closure`, `timeout`, `app_shutdown`.
pub const SIGNALR_CONNECTION_STATUS: Key<Str> = Key::new("signalr.connection.status");

/// `signalr.transport`: a string (stable). Listed: `server_sent_events`, `long_polling`, `web_sockets`.
pub const SIGNALR_TRANSPORT: Key<Str> = Key::new("signalr.transport");

/// `source.address`: a string (development).
pub const SOURCE_ADDRESS: Key<Str> = Key::new("source.address");

/// `source.port`: an int (development).
pub const SOURCE_PORT: Key<Int> = Key::new("source.port");

/// `state`: a string.
#[deprecated(note = "instead of `state` write `keys::DB_CLIENT_CONNECTION_STATE`")]
pub const STATE: Key<Replaced> = Key::new("state");

/// `system.cpu.logical_number`: an int.
#[deprecated(note = "instead of `system.cpu.logical_number` write `keys::CPU_LOGICAL_NUMBER`")]
pub const SYSTEM_CPU_LOGICAL_NUMBER: Key<Replaced> = Key::new("system.cpu.logical_number");

/// `system.cpu.state`: a string.
#[deprecated(note = "instead of `system.cpu.state` write `keys::CPU_MODE`")]
pub const SYSTEM_CPU_STATE: Key<Replaced> = Key::new("system.cpu.state");

/// `system.device`: a string (development).
pub const SYSTEM_DEVICE: Key<Str> = Key::new("system.device");

/// `system.filesystem.mode`: a string (development).
pub const SYSTEM_FILESYSTEM_MODE: Key<Str> = Key::new("system.filesystem.mode");

/// `system.filesystem.mountpoint`: a string (development).
pub const SYSTEM_FILESYSTEM_MOUNTPOINT: Key<Str> = Key::new("system.filesystem.mountpoint");

/// `system.filesystem.state`: a string (development). Listed: `used`, `free`, `reserved`.
pub const SYSTEM_FILESYSTEM_STATE: Key<Str> = Key::new("system.filesystem.state");

/// `system.filesystem.type`: a string (development). Listed: `fat32`, `exfat`, `ntfs`, `refs`, `hfsplus`, `ext4`.
pub const SYSTEM_FILESYSTEM_TYPE: Key<Str> = Key::new("system.filesystem.type");

/// `system.memory.linux.hugepages.state`: a string (development). Listed: `free`, `used`.
pub const SYSTEM_MEMORY_LINUX_HUGEPAGES_STATE: Key<Str> = Key::new("system.memory.linux.hugepages.state");

/// `system.memory.linux.slab.state`: a string (development). Listed: `reclaimable`, `unreclaimable`.
pub const SYSTEM_MEMORY_LINUX_SLAB_STATE: Key<Str> = Key::new("system.memory.linux.slab.state");

/// `system.memory.state`: a string (development). Listed: `used`, `free`, `shared`, `buffers`, `cached`.
pub const SYSTEM_MEMORY_STATE: Key<Str> = Key::new("system.memory.state");

/// `system.network.state`: a string.
#[deprecated(note = "instead of `system.network.state` write `keys::NETWORK_CONNECTION_STATE`")]
pub const SYSTEM_NETWORK_STATE: Key<Replaced> = Key::new("system.network.state");

/// `system.paging.direction`: a string (development). Listed: `in`, `out`.
pub const SYSTEM_PAGING_DIRECTION: Key<Str> = Key::new("system.paging.direction");

/// `system.paging.fault.type`: a string (release candidate). Listed: `major`, `minor`.
pub const SYSTEM_PAGING_FAULT_TYPE: Key<Str> = Key::new("system.paging.fault.type");

/// `system.paging.state`: a string (development). Listed: `used`, `free`.
pub const SYSTEM_PAGING_STATE: Key<Str> = Key::new("system.paging.state");

/// `system.paging.type`: a string.
#[deprecated(note = "instead of `system.paging.type` write `keys::SYSTEM_PAGING_FAULT_TYPE`")]
pub const SYSTEM_PAGING_TYPE: Key<Replaced> = Key::new("system.paging.type");

/// `system.process.status`: a string.
#[deprecated(note = "instead of `system.process.status` write `keys::PROCESS_STATE`")]
pub const SYSTEM_PROCESS_STATUS: Key<Replaced> = Key::new("system.process.status");

/// `system.processes.status`: a string.
#[deprecated(note = "instead of `system.processes.status` write `keys::PROCESS_STATE`")]
pub const SYSTEM_PROCESSES_STATUS: Key<Replaced> = Key::new("system.processes.status");

/// `telemetry.distro.name`: a string (stable).
pub const TELEMETRY_DISTRO_NAME: Key<Str> = Key::new("telemetry.distro.name");

/// `telemetry.distro.version`: a string (stable).
pub const TELEMETRY_DISTRO_VERSION: Key<Str> = Key::new("telemetry.distro.version");

/// `telemetry.sdk.language`: a string (stable). Listed: `cpp`, `dotnet`, `erlang`, `go`, `java`, `kotlin`, `nodejs`, `php`, `python`, `ruby`, `rust`, `swift`, `webjs`.
pub const TELEMETRY_SDK_LANGUAGE: Key<Str> = Key::new("telemetry.sdk.language");

/// `telemetry.sdk.name`: a string (stable).
pub const TELEMETRY_SDK_NAME: Key<Str> = Key::new("telemetry.sdk.name");

/// `telemetry.sdk.version`: a string (stable).
pub const TELEMETRY_SDK_VERSION: Key<Str> = Key::new("telemetry.sdk.version");

/// `test.case.name`: a string (development).
pub const TEST_CASE_NAME: Key<Str> = Key::new("test.case.name");

/// `test.case.result.status`: a string (development). Listed: `pass`, `fail`.
pub const TEST_CASE_RESULT_STATUS: Key<Str> = Key::new("test.case.result.status");

/// `test.suite.name`: a string (development).
pub const TEST_SUITE_NAME: Key<Str> = Key::new("test.suite.name");

/// `test.suite.run.status`: a string (development). Listed: `success`, `failure`, `skipped`, `aborted`, `timed_out`, `in_progress`.
pub const TEST_SUITE_RUN_STATUS: Key<Str> = Key::new("test.suite.run.status");

/// `thread.id`: an int (development).
pub const THREAD_ID: Key<Int> = Key::new("thread.id");

/// `thread.name`: a string (development).
pub const THREAD_NAME: Key<Str> = Key::new("thread.name");

/// `tls.cipher`: a string (development).
pub const TLS_CIPHER: Key<Str> = Key::new("tls.cipher");

/// `tls.client.certificate`: a string (development).
pub const TLS_CLIENT_CERTIFICATE: Key<Str> = Key::new("tls.client.certificate");

/// `tls.client.certificate_chain`: an array of strings (development).
pub const TLS_CLIENT_CERTIFICATE_CHAIN: Key<StrArray> = Key::new("tls.client.certificate_chain");

/// `tls.client.hash.md5`: a string (development).
pub const TLS_CLIENT_HASH_MD5: Key<Str> = Key::new("tls.client.hash.md5");

/// `tls.client.hash.sha1`: a string (development).
pub const TLS_CLIENT_HASH_SHA1: Key<Str> = Key::new("tls.client.hash.sha1");

/// `tls.client.hash.sha256`: a string (development).
pub const TLS_CLIENT_HASH_SHA256: Key<Str> = Key::new("tls.client.hash.sha256");

/// `tls.client.issuer`: a string (development).
pub const TLS_CLIENT_ISSUER: Key<Str> = Key::new("tls.client.issuer");

/// `tls.client.ja3`: a string (development).
pub const TLS_CLIENT_JA3: Key<Str> = Key::new("tls.client.ja3");

/// `tls.client.not_after`: a string (development).
pub const TLS_CLIENT_NOT_AFTER: Key<Str> = Key::new("tls.client.not_after");

/// `tls.client.not_before`: a string (development).
pub const TLS_CLIENT_NOT_BEFORE: Key<Str> = Key::new("tls.client.not_before");

/// `tls.client.server_name`: a string.
#[deprecated(note = "instead of `tls.client.server_name` write `keys::SERVER_ADDRESS`")]
pub const TLS_CLIENT_SERVER_NAME: Key<Replaced> = Key::new("tls.client.server_name");

/// `tls.client.subject`: a string (development).
pub const TLS_CLIENT_SUBJECT: Key<Str> = Key::new("tls.client.subject");

/// `tls.client.supported_ciphers`: an array of strings (development).
pub const TLS_CLIENT_SUPPORTED_CIPHERS: Key<StrArray> = Key::new("tls.client.supported_ciphers");

/// `tls.curve`: a string (development).
pub const TLS_CURVE: Key<Str> = Key::new("tls.curve");

/// `tls.established`: a bool (development).
pub const TLS_ESTABLISHED: Key<Bool> = Key::new("tls.established");

/// `tls.next_protocol`: a string (development).
pub const TLS_NEXT_PROTOCOL: Key<Str> = Key::new("tls.next_protocol");

/// `tls.protocol.name`: a string (development). Listed: `ssl`, `tls`.
pub const TLS_PROTOCOL_NAME: Key<Str> = Key::new("tls.protocol.name");

/// `tls.protocol.version`: a string (development).
pub const TLS_PROTOCOL_VERSION: Key<Str> = Key::new("tls.protocol.version");

/// `tls.resumed`: a bool (development).
pub const TLS_RESUMED: Key<Bool> = Key::new("tls.resumed");

/// `tls.server.certificate`: a string (development).
pub const TLS_SERVER_CERTIFICATE: Key<Str> = Key::new("tls.server.certificate");

/// `tls.server.certificate_chain`: an array of strings (development).
pub const TLS_SERVER_CERTIFICATE_CHAIN: Key<StrArray> = Key::new("tls.server.certificate_chain");

/// `tls.server.hash.md5`: a string (development).
pub const TLS_SERVER_HASH_MD5: Key<Str> = Key::new("tls.server.hash.md5");

/// `tls.server.hash.sha1`: a string (development).
pub const TLS_SERVER_HASH_SHA1: Key<Str> = Key::new("tls.server.hash.sha1");

/// `tls.server.hash.sha256`: a string (development).
pub const TLS_SERVER_HASH_SHA256: Key<Str> = Key::new("tls.server.hash.sha256");

/// `tls.server.issuer`: a string (development).
pub const TLS_SERVER_ISSUER: Key<Str> = Key::new("tls.server.issuer");

/// `tls.server.ja3s`: a string (development).
pub const TLS_SERVER_JA3S: Key<Str> = Key::new("tls.server.ja3s");

/// `tls.server.not_after`: a string (development).
pub const TLS_SERVER_NOT_AFTER: Key<Str> = Key::new("tls.server.not_after");

/// `tls.server.not_before`: a string (development).
pub const TLS_SERVER_NOT_BEFORE: Key<Str> = Key::new("tls.server.not_before");

/// `tls.server.subject`: a string (development).
pub const TLS_SERVER_SUBJECT: Key<Str> = Key::new("tls.server.subject");

/// `url.domain`: a string (development).
pub const URL_DOMAIN: Key<Str> = Key::new("url.domain");

/// `url.extension`: a string (development).
pub const URL_EXTENSION: Key<Str> = Key::new("url.extension");

/// `url.fragment`: a string (stable).
pub const URL_FRAGMENT: Key<Str> = Key::new("url.fragment");

/// `url.full`: a string (stable).
pub const URL_FULL: Key<Str> = Key::new("url.full");

/// `url.original`: a string (development).
pub const URL_ORIGINAL: Key<Str> = Key::new("url.original");

/// `url.path`: a string (stable).
pub const URL_PATH: Key<Str> = Key::new("url.path");

/// `url.port`: an int (development).
pub const URL_PORT: Key<Int> = Key::new("url.port");

/// `url.query`: a string (stable).
pub const URL_QUERY: Key<Str> = Key::new("url.query");

/// `url.registered_domain`: a string (development).
pub const URL_REGISTERED_DOMAIN: Key<Str> = Key::new("url.registered_domain");

/// `url.scheme`: a string (stable).
pub const URL_SCHEME: Key<Str> = Key::new("url.scheme");

/// `url.subdomain`: a string (development).
pub const URL_SUBDOMAIN: Key<Str> = Key::new("url.subdomain");

/// `url.template`: a string (development).
pub const URL_TEMPLATE: Key<Str> = Key::new("url.template");

/// `url.top_level_domain`: a string (development).
pub const URL_TOP_LEVEL_DOMAIN: Key<Str> = Key::new("url.top_level_domain");

/// `user.email`: a string (development).
pub const USER_EMAIL: Key<Str> = Key::new("user.email");

/// `user.full_name`: a string (development).
pub const USER_FULL_NAME: Key<Str> = Key::new("user.full_name");

/// `user.hash`: a string (development).
pub const USER_HASH: Key<Str> = Key::new("user.hash");

/// `user.id`: a string (development).
pub const USER_ID: Key<Str> = Key::new("user.id");

/// `user.name`: a string (development).
pub const USER_NAME: Key<Str> = Key::new("user.name");

/// `user.roles`: an array of strings (development).
pub const USER_ROLES: Key<StrArray> = Key::new("user.roles");

/// `user_agent.name`: a string (development).
pub const USER_AGENT_NAME: Key<Str> = Key::new("user_agent.name");

/// `user_agent.original`: a string (stable).
pub const USER_AGENT_ORIGINAL: Key<Str> = Key::new("user_agent.original");

/// `user_agent.os.name`: a string (development).
pub const USER_AGENT_OS_NAME: Key<Str> = Key::new("user_agent.os.name");

/// `user_agent.os.version`: a string (development).
pub const USER_AGENT_OS_VERSION: Key<Str> = Key::new("user_agent.os.version");

/// `user_agent.synthetic.type`: a string (development). Listed: `bot`, `test`.
pub const USER_AGENT_SYNTHETIC_TYPE: Key<Str> = Key::new("user_agent.synthetic.type");

/// `user_agent.version`: a string (development).
pub const USER_AGENT_VERSION: Key<Str> = Key::new("user_agent.version");

/// `v8js.gc.type`: a string (development). Listed: `major`, `minor`, `incremental`, `weakcb`.
pub const V8JS_GC_TYPE: Key<Str> = Key::new("v8js.gc.type");

/// `v8js.heap.space.name`: a string (development). Listed: `new_space`, `old_space`, `code_space`, `map_space`, `large_object_space`.
pub const V8JS_HEAP_SPACE_NAME: Key<Str> = Key::new("v8js.heap.space.name");

/// `v8js.resource.type`: a string (development). Listed: `Immediate`, `TCPServerWrap`, `TCPWrap`, `Timeout`, `TTYWrap`.
pub const V8JS_RESOURCE_TYPE: Key<Str> = Key::new("v8js.resource.type");

/// `vcs.change.id`: a string (release candidate).
pub const VCS_CHANGE_ID: Key<Str> = Key::new("vcs.change.id");

/// `vcs.change.state`: a string (release candidate). Listed: `open`, `wip`, `closed`, `merged`.
pub const VCS_CHANGE_STATE: Key<Str> = Key::new("vcs.change.state");

/// `vcs.change.title`: a string (release candidate).
pub const VCS_CHANGE_TITLE: Key<Str> = Key::new("vcs.change.title");

/// `vcs.line_change.type`: a string (release candidate). Listed: `added`, `removed`.
pub const VCS_LINE_CHANGE_TYPE: Key<Str> = Key::new("vcs.line_change.type");

/// `vcs.owner.name`: a string (release candidate).
pub const VCS_OWNER_NAME: Key<Str> = Key::new("vcs.owner.name");

/// `vcs.provider.name`: a string (release candidate). Listed: `github`, `gitlab`, `gittea`, `gitea`, `bitbucket`.
pub const VCS_PROVIDER_NAME: Key<Str> = Key::new("vcs.provider.name");

/// `vcs.ref.base.name`: a string (release candidate).
pub const VCS_REF_BASE_NAME: Key<Str> = Key::new("vcs.ref.base.name");

/// `vcs.ref.base.revision`: a string (release candidate).
pub const VCS_REF_BASE_REVISION: Key<Str> = Key::new("vcs.ref.base.revision");

/// `vcs.ref.base.type`: a string (release candidate). Listed: `branch`, `tag`.
pub const VCS_REF_BASE_TYPE: Key<Str> = Key::new("vcs.ref.base.type");

/// `vcs.ref.head.name`: a string (release candidate).
pub const VCS_REF_HEAD_NAME: Key<Str> = Key::new("vcs.ref.head.name");

/// `vcs.ref.head.revision`: a string (release candidate).
pub const VCS_REF_HEAD_REVISION: Key<Str> = Key::new("vcs.ref.head.revision");

/// `vcs.ref.head.type`: a string (release candidate). Listed: `branch`, `tag`.
pub const VCS_REF_HEAD_TYPE: Key<Str> = Key::new("vcs.ref.head.type");

/// `vcs.ref.type`: a string (release candidate). Listed: `branch`, `tag`.
pub const VCS_REF_TYPE: Key<Str> = Key::new("vcs.ref.type");

/// `vcs.repository.change.id`: a string.
#[deprecated(note = "instead of `vcs.repository.change.id` write `keys::VCS_CHANGE_ID`")]
pub const VCS_REPOSITORY_CHANGE_ID: Key<Replaced> = Key::new("vcs.repository.change.id");

/// `vcs.repository.change.title`: a string.
#[deprecated(note = "instead of `vcs.repository.change.title` write `keys::VCS_CHANGE_TITLE`")]
pub const VCS_REPOSITORY_CHANGE_TITLE: Key<Replaced> = Key::new("vcs.repository.change.title");

/// `vcs.repository.name`: a string (release candidate).
pub const VCS_REPOSITORY_NAME: Key<Str> = Key::new("vcs.repository.name");

/// `vcs.repository.ref.name`: a string.
#[deprecated(note = "instead of `vcs.repository.ref.name` write `keys::VCS_REF_HEAD_NAME`")]
pub const VCS_REPOSITORY_REF_NAME: Key<Replaced> = Key::new("vcs.repository.ref.name");

/// `vcs.repository.ref.revision`: a string.
#[deprecated(note = "instead of `vcs.repository.ref.revision` write `keys::VCS_REF_HEAD_REVISION`")]
pub const VCS_REPOSITORY_REF_REVISION: Key<Replaced> = Key::new("vcs.repository.ref.revision");

/// `vcs.repository.ref.type`: a string.
#[deprecated(note = "instead of `vcs.repository.ref.type` write `keys::VCS_REF_HEAD_TYPE`")]
pub const VCS_REPOSITORY_REF_TYPE: Key<Replaced> = Key::new("vcs.repository.ref.type");

/// `vcs.repository.url.full`: a string (release candidate).
pub const VCS_REPOSITORY_URL_FULL: Key<Str> = Key::new("vcs.repository.url.full");

/// `vcs.revision_delta.direction`: a string (release candidate). Listed: `behind`, `ahead`.
pub const VCS_REVISION_DELTA_DIRECTION: Key<Str> = Key::new("vcs.revision_delta.direction");

/// `webengine.description`: a string (development).
pub const WEBENGINE_DESCRIPTION: Key<Str> = Key::new("webengine.description");

/// `webengine.name`: a string (development).
pub const WEBENGINE_NAME: Key<Str> = Key::new("webengine.name");

/// `webengine.version`: a string (development).
pub const WEBENGINE_VERSION: Key<Str> = Key::new("webengine.version");

/// `zos.smf.id`: a string (development).
pub const ZOS_SMF_ID: Key<Str> = Key::new("zos.smf.id");

/// `zos.sysplex.name`: a string (development).
pub const ZOS_SYSPLEX_NAME: Key<Str> = Key::new("zos.sysplex.name");
