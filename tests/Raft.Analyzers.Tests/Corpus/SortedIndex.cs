// An index in sorted collections with comparers; reads by ranges; sums and counts over hash tables, whose order does not matter.
public sealed record Entry(string Key, string Value, IReadOnlyList<string> Tags);

public sealed record Found(ImmutableArray<string> Keys, int Tags, double Share);

public sealed class SortedIndex(ICodec<Entry> commands, ICodec<Found> results, ICodec<Entry[]> snapshots)
    : StateMachine<Entry, Found>(commands, results)
{
    private readonly SortedList<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _byTag = new(StringComparer.Ordinal);
    private ImmutableSortedSet<string> _values = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    protected override Found Apply(Entry command, in CommandContext context)
    {
        Add(command);
        string[] longest = [.. _values.Where(value => value.Length > 3).Take(5)];
        List<string> keys = [];
        foreach (string key in _byTag.GetValueOrDefault(command.Tags.FirstOrDefault() ?? string.Empty) ?? [])
        {
            keys.Add(key);
        }

        keys.Sort(StringComparer.Ordinal);
        int tags = _byTag.Values.Sum(tagged => tagged.Count) + _byTag.Count(tag => tag.Value.Contains(command.Key));
        string smallest = _entries.Keys.Min(StringComparer.Ordinal) ?? longest[0];
        return new Found([.. keys, smallest], tags, _byTag.Count == 0 ? 0 : tags / (double)_byTag.Count);
    }

    protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(_entries.Values.ToArray(), snapshots);

    protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
    {
        _entries.Clear();
        _byTag.Clear();
        _values = _values.Clear();
        Array.ForEach(await SnapshotCapture.ReadAsync(snapshot, snapshots, cancellationToken), Add);
    }

    private void Add(Entry entry)
    {
        _entries[entry.Key] = entry;
        _values = _values.Add(entry.Value);
        foreach (string tag in entry.Tags)
        {
            if (!_byTag.TryGetValue(tag, out HashSet<string>? tagged))
            {
                _byTag.Add(tag, tagged = new HashSet<string>(StringComparer.Ordinal));
            }

            tagged.Add(entry.Key);
        }
    }
}
