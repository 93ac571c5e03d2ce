import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from './validators';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export const LOG_FORMATS = ['pretty', 'json'] as const;
/** What can be installed beyond bare Kubernetes. */
export const ADDONS = ['storage', 'cloud', 'none'] as const;

/** What can be set about components wherever they run, with its defaults. */
export class ComponentOptions {
  /** Names of the components that run; '*' stands for all, '-name' takes one out. */
  @IsArray({ message: 'components must be a list of names separated by commas' })
  @IsString({ each: true, message: 'components must be a list of names separated by commas' })
  components: string[] = ['*'];

  /** Components of other add-ons than these run only when they are named. */
  @IsArray({ message: 'addons must be a list of names separated by commas' })
  @IsIn(ADDONS, { each: true, message: `addons must be among: ${ADDONS.join(', ')}` })
  addons: string[] = ['storage', 'cloud'];

  @IsInt({ message: 'nodes must be a whole number from 0 to 10000' })
  @Min(0, { message: 'nodes must be a whole number from 0 to 10000' })
  @Max(10000, { message: 'nodes must be a whole number from 0 to 10000' })
  nodes = 3;

  /** Nodes that others create are simulated too. */
  @IsBoolean({ message: 'adopt-nodes must be true or false' })
  adoptNodes = true;

  /** File with a KubeSchedulerConfiguration; undefined: kube-scheduler's defaults. */
  @IsOptional()
  @IsString({ message: 'scheduler-config must be the name of a file' })
  @Matches(/./, { message: 'scheduler-config must be the name of a file' })
  schedulerConfig?: string;

  @IsArray({ message: 'stages must be a list of files' })
  @IsString({ each: true, message: 'stages must be a list of files' })
  stages: string[] = [];

  /** Folder of pods that the nodes run on their own account; undefined: they run none. */
  @IsOptional()
  @IsString({ message: 'static-pods must be the name of a folder' })
  @Matches(/./, { message: 'static-pods must be the name of a folder' })
  staticPods?: string;

  @IsIn(LOG_LEVELS, { message: `log-level must be one of: ${LOG_LEVELS.join(', ')}` })
  logLevel: (typeof LOG_LEVELS)[number] = 'warn';

  @IsIn(LOG_FORMATS, { message: `log-format must be one of: ${LOG_FORMATS.join(', ')}` })
  logFormat: (typeof LOG_FORMATS)[number] = 'pretty';
}
