import { Columns2, Download, Ellipsis, FolderInput, FolderPlus, Plug, Search, Upload } from 'lucide-react'
import type { RefObject } from 'react'
import { useLocation } from 'wouter'

import type { Environment } from '~/api/projects'
import { show } from '~/components/commands/store'
import { paths } from '~/lib/paths'
import { text } from '~/lib/text'
import { Button } from '~/ui/button'
import { CopyLine } from '~/ui/copy'
import { Menu } from '~/ui/menu'
import { Breadcrumb } from './breadcrumb'
import type { Open } from './secrets-dialogs'
import styles from './secrets-page.module.css'

type ToolbarProps = {
  project: { id: string; name: string; environments: Environment[] }
  only: string | undefined
  folder: string
  filter: string
  filterField: RefObject<HTMLInputElement | null>
  onFilter: (filter: string) => void
  onOpen: (open: Open) => void
}

/** Title, place, filter and the commands of the secrets page. */
export function Toolbar(props: ToolbarProps) {
  const { project, only, folder } = props
  const [first] = project.environments
  const [, navigate] = useLocation()
  return (
    <header className={styles.header}>
      <div className={styles.title}>
        <h1>{project.environments.find((one) => one.slug === only)?.name ?? project.name}</h1>
        <span className={styles.id}>
          {text.secrets.projectId} <CopyLine text={project.id} what={text.secrets.projectId} />
        </span>
      </div>
      <div className={styles.tools}>
        <label className={styles.select}>
          <span className="visually-hidden">{text.secrets.environment}</span>
          <select
            value={only ?? ''}
            onChange={({ target: { value } }) =>
              navigate(
                value ? paths.environment(project.id, value, folder) : paths.secrets(project.id, folder),
              )
            }
          >
            <option value="">{text.secrets.all}</option>
            {project.environments.map((one) => (
              <option key={one.slug} value={one.slug}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <Breadcrumb
          folder={folder}
          to={(path) => (only ? paths.environment(project.id, only, path) : paths.secrets(project.id, path))}
        />
        <label className={styles.filter}>
          <Search size={15} aria-hidden="true" />
          <span className="visually-hidden">{text.secrets.filterShort}</span>
          <input
            ref={props.filterField}
            type="search"
            placeholder={text.secrets.filter}
            value={props.filter}
            onChange={(event) => props.onFilter(event.target.value)}
            onKeyDown={(event) =>
              event.key === 'Enter' && props.filter && show({ what: 'palette', typed: props.filter })
            }
          />
        </label>
        <div className={styles.commands}>
          <Button icon={<Upload size={15} />} onClick={() => props.onOpen({ what: 'import', text: '' })}>
            {text.secrets.import}
          </Button>
          <Button icon={<Download size={15} />} onClick={() => props.onOpen({ what: 'export' })}>
            {text.secrets.export}
          </Button>
          <Button icon={<FolderPlus size={15} />} onClick={() => props.onOpen({ what: 'folder' })}>
            {text.secrets.newFolder}
          </Button>
          <Button icon={<Plug size={15} />} onClick={() => props.onOpen({ what: 'connect' })}>
            {text.connect.open}
          </Button>
          <Menu
            label={text.secrets.more}
            trigger={<Ellipsis size={16} />}
            className={styles.more}
            items={[
              {
                label: text.imports.open,
                icon: <FolderInput size={15} />,
                run: () => props.onOpen({ what: 'imports', environment: only ?? first?.slug ?? '' }),
              },
              {
                label: text.compare.open,
                icon: <Columns2 size={15} />,
                disabled: project.environments.length > 1 ? undefined : text.compare.one,
                run: () => navigate(compareFrom(project, only, folder)),
              },
            ]}
          />
        </div>
      </div>
    </header>
  )
}

/** Compares the environment one is looking at with another, or the first two. */
function compareFrom(
  { id, environments }: ToolbarProps['project'],
  only: string | undefined,
  folder: string,
) {
  const other = environments.find((one) => one.slug !== only)
  return only ? paths.compare(id, folder, only, other?.slug) : paths.compare(id, folder)
}
