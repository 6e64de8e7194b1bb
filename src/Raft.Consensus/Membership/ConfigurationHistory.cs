namespace Raft.Consensus;

/// <summary>
/// The configurations in the log, and the one that its snapshot contains. A configuration is in effect as soon as it is appended
/// (section 6), and no longer once its entry is truncated. So the history is kept next to the log, like the runs of terms: appended,
/// truncated, compacted and recovered with it.
/// </summary>
/// <param name="initial">What counts while the log and its snapshot have no configuration: that of the node's options.</param>
internal sealed class ConfigurationHistory(ClusterConfiguration initial)
{
    private readonly List<ClusterConfiguration> _configurations = [];

    /// <summary>The configuration in effect: the latest in the log.</summary>
    public ClusterConfiguration Current => _configurations.Count == 0 ? initial : _configurations[^1];

    /// <summary>Whether neither the log nor its snapshot has a configuration.</summary>
    public bool IsEmpty => _configurations.Count == 0;

    /// <summary>The configuration that was in effect at an index: that of a snapshot that is taken there.</summary>
    public ClusterConfiguration At(long index)
    {
        ClusterConfiguration found = initial;
        foreach (ClusterConfiguration configuration in _configurations)
        {
            if (configuration.Index > index)
            {
                break;
            }

            found = configuration;
        }

        return found;
    }

    /// <summary>
    /// The entry that was appended at an index contains a configuration. The log may start before the snapshot's last entry: then it
    /// repeats what the snapshot contains.
    /// </summary>
    public void Append(long index, ClusterConfiguration configuration)
    {
        TruncateFrom(index);
        _configurations.Add(configuration.At(index));
    }

    /// <summary>Removes everything from <paramref name="index"/> on.</summary>
    public void TruncateFrom(long index) => _configurations.RemoveAll(configuration => configuration.Index >= index);

    /// <summary>
    /// The log starts after <paramref name="index"/> from now on. The latest configuration up to there stays: the snapshot contains it.
    /// </summary>
    public void DropBefore(long index)
    {
        int superseded = _configurations.FindLastIndex(configuration => configuration.Index <= index);
        _configurations.RemoveRange(0, Math.Max(superseded, 0));
    }

    /// <summary>The log was replaced by a snapshot.</summary>
    /// <param name="configuration">The one that the snapshot contains; null if it contains none.</param>
    public void StartFrom(ClusterConfiguration? configuration)
    {
        _configurations.Clear();
        if (configuration is not null)
        {
            _configurations.Add(configuration);
        }
    }
}
