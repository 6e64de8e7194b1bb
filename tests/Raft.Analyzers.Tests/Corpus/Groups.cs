// Members of groups in hash tables: whole ranges are sorted before they are kept, and set operations that only ask.
public sealed record Change(string Group, IReadOnlyList<string> Names, bool IsRemoval);

public sealed record Members(IReadOnlyList<string> All, ImmutableArray<string> Added, int Total);

public sealed class Groups(ICodec<Change> changes, ICodec<Members> results, ICodec<Dictionary<string, string[]>> snapshots)
    : StateMachine<Change, Members>(changes, results)
{
    private readonly Dictionary<string, HashSet<string>> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly List<string> _sorted = [];
    private ImmutableList<string> _history = [];

    protected override Members Apply(Change command, in CommandContext context)
    {
        HashSet<string> group = GroupOf(command.Group);
        string[] added = command.Names.Except(group, StringComparer.Ordinal).ToArray();
        _history = _history.AddRange(command.Names.Intersect(group)).AddRange(added).Add(command.Group);
        if (command.IsRemoval)
        {
            group.ExceptWith(command.Names);
        }
        else
        {
            group.UnionWith(command.Names);
        }

        foreach (string name in added)
        {
            _owners.TryAdd(name, command.Group);
        }

        _sorted.Clear();
        _sorted.AddRange(_owners.Keys);
        _sorted.Sort(StringComparer.Ordinal);

        List<string> all = [];
        all.AddRange(group.Concat(command.Names).Distinct());
        all.Sort(string.CompareOrdinal);
        return new Members(
            all,
            [.. added],
            _groups.Values.Concat([group]).Distinct().Sum(each => each.Count) + _owners.Values.Zip(command.Names).Count());
    }

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(
        _groups.ToDictionary(each => each.Key, each => each.Value.Order(StringComparer.Ordinal).ToArray())
            .Append(new("", [.. _history])).Append(new(" ", [.. Owners()])).ToDictionary(),
        snapshots);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        _groups.Clear();
        _owners.Clear();
        _sorted.Clear();
        foreach ((string group, string[] names) in await SnapshotCapture.ReadAsync(snapshot, snapshots, cancellationToken))
        {
            switch (group)
            {
                case "":
                    _history = [.. names];
                    break;
                case " ":
                    foreach (string name in names)
                    {
                        _owners.Add(name[..name.IndexOf('=')], name[(name.IndexOf('=') + 1)..]);
                    }

                    _sorted.AddRange(_owners.Keys.Order(StringComparer.Ordinal));
                    break;
                default:
                    _groups.Add(group, [.. names]);
                    break;
            }
        }
    }

    private IEnumerable<string> Owners() =>
        _owners.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}={each.Value}");

    private HashSet<string> GroupOf(string name)
    {
        if (!_groups.TryGetValue(name, out HashSet<string>? group))
        {
            _groups[name] = group = new HashSet<string>(StringComparer.Ordinal);
        }

        return group;
    }
}
