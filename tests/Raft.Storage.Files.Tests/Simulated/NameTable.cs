namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>The names of a disk: those that readers see, those that the disk holds, and the changes between the two.</summary>
internal sealed class NameTable
{
    private readonly SortedDictionary<string, MemoryFile> _cached = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MemoryFile> _durable = new(StringComparer.Ordinal);
    private readonly List<NameChange> _unsynced = [];
    private readonly List<NameChange> _lost = []; // their sync has failed: no later sync writes them

    /// <summary>The names that readers see, in ordinal order.</summary>
    public IReadOnlyDictionary<string, MemoryFile> Cached => _cached;

    /// <summary>Changes names that are in one folder.</summary>
    public void Change(params KeyValuePair<string, MemoryFile?>[] names)
    {
        NameChange change = new(Path.GetDirectoryName(names[0].Key)!, names);
        change.ApplyTo(_cached);
        _unsynced.Add(change);
    }

    /// <summary>Makes the names in a folder durable, except for those that an earlier sync has failed to write.</summary>
    public void Sync(string directory)
    {
        foreach (NameChange change in _unsynced.Where(change => change.Directory == directory))
        {
            change.ApplyTo(_durable);
            ForgetLost(change);
        }

        _unsynced.RemoveAll(change => change.Directory == directory);
    }

    /// <summary>Fails to make the names in a folder durable. They count as written from now on.</summary>
    public void FailSync(string directory)
    {
        _lost.AddRange(_unsynced.Where(change => change.Directory == directory));
        _unsynced.RemoveAll(change => change.Directory == directory);
    }

    /// <summary>
    /// The names that a disk may hold after a loss of power: with any of the changes that were not synced, where each needs the earlier ones
    /// of the same names.
    /// </summary>
    public NameTable AfterPowerLoss(Func<int, int> choose, Func<MemoryFile, MemoryFile> copy)
    {
        SortedDictionary<string, MemoryFile> names = new(_durable, StringComparer.Ordinal);
        HashSet<string> skipped = new(StringComparer.Ordinal);
        foreach (NameChange change in _lost.Concat(_unsynced))
        {
            bool isPossible = change.Names.All(name => !skipped.Contains(name.Key));
            if (isPossible && choose(2) == 1)
            {
                change.ApplyTo(names);
            }
            else
            {
                skipped.UnionWith(change.Names.Select(name => name.Key));
            }
        }

        NameTable table = new();
        foreach ((string path, MemoryFile file) in names)
        {
            // A folder comes before what is in it. If its own name is lost, so is the content.
            string directory = Path.GetDirectoryName(path)!;
            if (Path.GetPathRoot(path) == directory || table._cached.ContainsKey(directory))
            {
                table._cached[path] = table._durable[path] = copy(file);
            }
        }

        return table;
    }

    /// <summary>Copies the table with all changes.</summary>
    public NameTable Copy(Func<MemoryFile, MemoryFile> copy)
    {
        NameTable table = new();
        foreach ((string path, MemoryFile file) in _cached)
        {
            table._cached[path] = copy(file);
        }

        foreach ((string path, MemoryFile file) in _durable)
        {
            table._durable[path] = copy(file);
        }

        table._unsynced.AddRange(_unsynced.Select(CopyChange));
        table._lost.AddRange(_lost.Select(CopyChange));
        return table;

        NameChange CopyChange(NameChange change) => change with
        {
            Names = [.. change.Names.Select(name => KeyValuePair.Create(name.Key, name.Value is null ? null : copy(name.Value)))],
        };
    }

    /// <summary>A later change of the same names is durable, so an earlier one can no longer reach the disk.</summary>
    private void ForgetLost(NameChange durable)
    {
        for (int i = 0; i < _lost.Count; i++)
        {
            _lost[i] = _lost[i] with { Names = [.. _lost[i].Names.Where(name => !durable.Touches(name.Key))] };
        }

        _lost.RemoveAll(change => change.Names.Count == 0);
    }
}
