using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>
/// A weather for all seeds, with simulated stores and messages; or the file storage or the TCP transport, with a weather that follows from
/// the seed.
/// </summary>
internal sealed class Profile
{
    private const ulong Salt = 0xF11E_5EED; // so that the weather has nothing to do with what the seed draws otherwise
    private const int RecoveryTimeoutsOfConnections = 40;
    private const int EverythingTimes = 4; // as often as the others together, nearly

    private readonly WeatherProfile? _weather;

    private Profile(string name, WeatherProfile? weather)
    {
        Name = name;
        _weather = weather;
    }

    /// <summary>The file storage, in every weather.</summary>
    public static Profile Files { get; } = new("files", weather: null);

    /// <summary>The TCP transport, in every weather.</summary>
    public static Profile Network { get; } = new("network", weather: null);

    /// <summary>All profiles.</summary>
    public static IReadOnlyList<Profile> All { get; } =
        [.. WeatherProfile.All.Select(static weather => new Profile(weather.Name, weather)), Files, Network];

    /// <summary>What it is called on the command line.</summary>
    public string Name { get; }

    /// <summary>Makes the storage of a node; null for the one in memory.</summary>
    public Func<SimulatedWorld, NodeId, SimulatedStorage>? Storage =>
        this == Files ? static (world, _) => new SimulatedFileStorage(world) : null;

    /// <summary>Makes what connects the nodes; null for simulated messages.</summary>
    public Func<SimulatedWorld, SimulatedTransports>? Transports =>
        this == Network ? static world => new SimulatedTcp(world) : null;

    /// <summary>
    /// How many of the longest election timeouts the cluster has after the weather. A connection that hangs must first be given up.
    /// </summary>
    public int RecoveryTimeouts => this == Network ? RecoveryTimeoutsOfConnections : new SimulationOptions().RecoveryTimeouts;

    /// <summary>Finds a profile.</summary>
    /// <returns>The profile; null if there is none of this name.</returns>
    public static Profile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);

    /// <summary>The weather of a seed.</summary>
    public WeatherProfile WeatherOf(ulong seed)
    {
        if (_weather is not null)
        {
            return _weather;
        }

        int drawn = new SeededRandom(seed ^ Salt).Next(WeatherProfile.All.Count + EverythingTimes);
        return drawn < WeatherProfile.All.Count ? WeatherProfile.All[drawn] : WeatherProfile.Everything;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
