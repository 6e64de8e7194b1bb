using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>
/// A weather for all seeds, with the simulated stores in memory; or the file storage, with a weather that follows from the seed.
/// </summary>
internal sealed class Profile
{
    private const ulong Salt = 0xF11E_5EED; // so that the weather has nothing to do with what the seed draws otherwise
    private const int EverythingTimes = 4; // as often as the others together, nearly

    private readonly WeatherProfile? _weather;

    private Profile(string name, WeatherProfile? weather)
    {
        Name = name;
        _weather = weather;
    }

    /// <summary>The file storage, in every weather.</summary>
    public static Profile Files { get; } = new("files", weather: null);

    /// <summary>All profiles.</summary>
    public static IReadOnlyList<Profile> All { get; } =
        [.. WeatherProfile.All.Select(static weather => new Profile(weather.Name, weather)), Files];

    /// <summary>What it is called on the command line.</summary>
    public string Name { get; }

    /// <summary>Makes the storage of a node; null for the one in memory.</summary>
    public Func<SimulatedWorld, NodeId, SimulatedStorage>? Storage =>
        this == Files ? static (world, _) => new SimulatedFileStorage(world) : null;

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
