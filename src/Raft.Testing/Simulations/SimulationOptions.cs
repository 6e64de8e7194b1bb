namespace Raft.Testing;

/// <summary>What a simulation is to do.</summary>
public sealed record SimulationOptions
{
    /// <summary>How many nodes: 1 or more, default 3.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>How long the weather lasts, in virtual time; healing comes on top. Default a minute.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Which faults come. Default <see cref="WeatherProfile.Everything"/>.</summary>
    public WeatherProfile Weather { get; init; } = WeatherProfile.Everything;

    /// <summary>How nodes, clients, links and disks are set. Null (the default) for settings that follow from the seed.</summary>
    public SimulationSettings? Settings { get; init; }

    /// <summary>
    /// Makes the storage of a node, whose log store and snapshot store it uses. Null (the default) for one in memory. See
    /// <see cref="SimulatedStorage"/>.
    /// </summary>
    public Func<SimulatedWorld, NodeId, SimulatedStorage>? Storage { get; init; }

    /// <summary>
    /// Makes what connects the nodes, with transports of your own. Null (the default) for the messages of <see cref="SimulatedNetwork"/>.
    /// </summary>
    public Func<SimulatedWorld, SimulatedTransports>? Transports { get; init; }

    /// <summary>These faults instead of those that the weather draws; null (the default) for the latter.</summary>
    public IReadOnlyList<Fault>? Faults { get; init; }

    /// <summary>
    /// Whether every event is kept, so that the report has a <see cref="SimulationReport.Trace"/>. Costs memory and some time.
    /// Default false.
    /// </summary>
    public bool KeepsEvents { get; init; }

    /// <summary>
    /// The folder to which <see cref="SimulationReport.ThrowIfViolated"/> writes the trace of a run that broke a rule, as text and as a
    /// page, named after the rule and the seed. Null (the default) for the folder <c>raft-traces</c> next to the running program; an empty string
    /// to write nothing.
    /// </summary>
    public string? TraceFolder { get; init; }

    /// <summary>Changes the options of every node, each time it starts, after <see cref="Settings"/>. Null for none.</summary>
    public Action<RaftNodeOptions>? Configure { get; init; }

    /// <summary>After healing, within how many of the longest election timeouts the cluster must commit again. Default 20.</summary>
    public int RecoveryTimeouts { get; init; } = 20;
}
