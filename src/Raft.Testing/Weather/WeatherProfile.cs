namespace Raft.Testing;

/// <summary>Which faults occur, and how often.</summary>
public sealed class WeatherProfile
{
    private const double StormsPerMinute = 1.5;
    private static readonly TimeSpan StormLength = TimeSpan.FromMilliseconds(50);
    // Long enough to elect another leader meanwhile, or nearly.
    private static readonly TimeSpan ShortestInStorm = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestInStorm = TimeSpan.FromMilliseconds(1_500);

    /// <summary>A storm has one fault of each group except one.</summary>
    private static readonly FaultKind[][] Groups =
    [
        [FaultKind.Isolation, FaultKind.OneWayCut, FaultKind.Partition, FaultKind.Clog],
        [FaultKind.HungDisk, FaultKind.SlowDisk, FaultKind.FailedWrite],
        [FaultKind.Loss, FaultKind.Duplication, FaultKind.Reordering, FaultKind.Delay],
        [FaultKind.Crash, FaultKind.Stop, FaultKind.Pause, FaultKind.SlowApply, FaultKind.ClockDrift],
    ];

    private readonly SortedDictionary<FaultKind, double> _perMinute = [];
    private double _joinRate; // how many of the runs begin with a member that joins
    private double _longHangRate = 0.2; // how many of the disks hang for seconds

    private WeatherProfile(string name, params ReadOnlySpan<(FaultKind Kind, double PerMinute)> faults)
    {
        Name = name;
        foreach ((FaultKind kind, double perMinute) in faults)
        {
            _perMinute.Add(kind, perMinute);
        }
    }

    /// <summary>No faults.</summary>
    public static WeatherProfile Calm { get; } = new("calm");

    /// <summary>Links lose, repeat, reorder and delay messages.</summary>
    public static WeatherProfile Lossy { get; } = new(
        "lossy", (FaultKind.Loss, 6), (FaultKind.Duplication, 6), (FaultKind.Reordering, 6), (FaultKind.Delay, 6));

    /// <summary>Links are cut and clogged.</summary>
    public static WeatherProfile Partitions { get; } = new(
        "partitions", (FaultKind.Isolation, 6), (FaultKind.OneWayCut, 6), (FaultKind.Partition, 6), (FaultKind.Clog, 6));

    /// <summary>Nodes crash, stop, pause and are slow.</summary>
    public static WeatherProfile Crashes { get; } = new(
        "crashes", (FaultKind.Crash, 10), (FaultKind.Stop, 3), (FaultKind.Pause, 4), (FaultKind.SlowApply, 3), (FaultKind.Snapshot, 10),
        (FaultKind.Transfer, 6));

    /// <summary>Disks hang, are slow and fail, and nodes crash on them.</summary>
    public static WeatherProfile Disk { get; } = new(
        "disk", (FaultKind.HungDisk, 5), (FaultKind.SlowDisk, 5), (FaultKind.FailedWrite, 4), (FaultKind.Crash, 6),
        (FaultKind.Snapshot, 10), (FaultKind.FailedSnapshot, 5), (FaultKind.HungSnapshots, 5));

    /// <summary>Disks and state machines hang, mostly for longer than a node takes to notice, and links are cut meanwhile.</summary>
    public static WeatherProfile Hangs { get; } = new(
        "hangs", (FaultKind.HungApply, 4), (FaultKind.HungRead, 4), (FaultKind.HungCapture, 4), (FaultKind.HungDisk, 4),
        (FaultKind.HungSnapshots, 2), (FaultKind.Isolation, 2), (FaultKind.Loss, 2), (FaultKind.Crash, 2), (FaultKind.Snapshot, 4),
        (FaultKind.Transfer, 4))
    {
        _longHangRate = 0.7,
    };

    /// <summary>Clocks run fast and slow and are set wrong, and processes pause, alone and all together.</summary>
    public static WeatherProfile Clocks { get; } = new(
        "clocks", (FaultKind.ClockDrift, 8), (FaultKind.Pause, 6), (FaultKind.WrongClock, 8), (FaultKind.PauseOfAll, 4));

    /// <summary>Nodes restart with other options than the rest.</summary>
    public static WeatherProfile Setup { get; } = new(
        "setup", (FaultKind.OtherOptions, 8), (FaultKind.Isolation, 3), (FaultKind.Crash, 4), (FaultKind.Loss, 2));

    /// <summary>
    /// Stores are lost and rolled back, members join late, and nodes of another cluster send messages to those of this one.
    /// </summary>
    public static WeatherProfile Identity { get; } = new(
        "identity", (FaultKind.Strangers, 10), (FaultKind.LostStore, 8), (FaultKind.RolledBackStore, 8), (FaultKind.Crash, 4),
        (FaultKind.Snapshot, 4), (FaultKind.StrangerNodes, 6), (FaultKind.FlippedBit, 6))
    {
        _joinRate = 0.5,
    };

    /// <summary>All faults.</summary>
    public static WeatherProfile Everything { get; } = new(
        "everything",
        (FaultKind.Loss, 2), (FaultKind.Duplication, 2), (FaultKind.Reordering, 2), (FaultKind.Delay, 2),
        (FaultKind.Isolation, 2), (FaultKind.OneWayCut, 2), (FaultKind.Partition, 2), (FaultKind.Clog, 2),
        (FaultKind.Crash, 4), (FaultKind.Stop, 1), (FaultKind.Pause, 2), (FaultKind.SlowApply, 1),
        (FaultKind.HungDisk, 2), (FaultKind.SlowDisk, 2), (FaultKind.FailedWrite, 1), (FaultKind.ClockDrift, 2),
        (FaultKind.Snapshot, 8), (FaultKind.FailedSnapshot, 1), (FaultKind.HungSnapshots, 1),
        (FaultKind.Transfer, 4), (FaultKind.Strangers, 1), (FaultKind.LostStore, 1), (FaultKind.RolledBackStore, 1),
        (FaultKind.StrangerNodes, 1), (FaultKind.FlippedBit, 1), (FaultKind.WrongClock, 2), (FaultKind.PauseOfAll, 1),
        (FaultKind.OtherOptions, 1), (FaultKind.HungApply, 1), (FaultKind.HungRead, 1), (FaultKind.HungCapture, 1))
    {
        _joinRate = 0.1,
    };

    /// <summary>All profiles.</summary>
    public static IReadOnlyList<WeatherProfile> All { get; } =
        [Calm, Lossy, Partitions, Crashes, Disk, Hangs, Clocks, Identity, Setup, Everything];

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Finds a profile.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="ArgumentException">There is no profile of that name.</exception>
    public static WeatherProfile Find(string name) => All.FirstOrDefault(profile => profile.Name == name)
        ?? throw new ArgumentException($"There is no weather called '{name}': choose one of "
            + $"{string.Join(", ", All.Select(static profile => profile.Name))}.", nameof(name));

    /// <summary>
    /// Draws the faults of a run. The seed determines how often each kind occurs, if at all. In addition, several kinds occur
    /// together in storms, mostly at the leader: it takes a hung disk, a cut link and a crash at once to show some bugs.
    /// </summary>
    /// <param name="random">The random source.</param>
    /// <param name="nodes">The number of nodes.</param>
    /// <param name="duration">The length of the run.</param>
    /// <returns>The faults, in the order in which they begin.</returns>
    public IReadOnlyList<Fault> Draw(SeededRandom random, int nodes, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(random);
        List<Fault> faults = [];
        foreach ((FaultKind kind, double perMinute) in _perMinute)
        {
            double factor = random.Next(4) * 0.75; // 0 to 2.25, so that combinations differ from seed to seed
            int count = (int)Math.Round(perMinute * factor * duration.TotalMinutes);
            for (int i = 0; i < count; i++)
            {
                faults.Add(Draw(kind, random, nodes, duration));
            }
        }

        if (_joinRate > 0 && random.Chance(_joinRate))
        {
            faults.Insert(0, Draw(FaultKind.FirstJoin, random, nodes, duration) with { At = TimeSpan.Zero, AtLeader = false });
        }

        DrawStorms(faults, random, nodes, duration);
        return [.. faults.OrderBy(static fault => fault.At)];
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private void DrawStorms(List<Fault> faults, SeededRandom random, int nodes, TimeSpan duration)
    {
        FaultKind[][] groups = [.. Groups.Select(group => group.Where(_perMinute.ContainsKey).ToArray())
            .Where(static group => group.Length > 0)];
        int count = groups.Length == 0 ? 0 : (int)Math.Round(StormsPerMinute * random.Next(3) * duration.TotalMinutes);
        for (int storm = 0; storm < count; storm++)
        {
            TimeSpan at = random.NextBetween(TimeSpan.Zero, duration);
            bool atLeader = random.Chance(0.7);
            int node = random.Next(nodes);
            int skipped = groups.Length > 2 ? random.Next(groups.Length) : -1;
            for (int group = 0; group < groups.Length; group++)
            {
                if (group == skipped)
                {
                    continue;
                }

                Fault fault = Draw(groups[group][random.Next(groups[group].Length)], random, nodes, duration);
                faults.Add(fault with
                {
                    At = at + random.NextBetween(TimeSpan.Zero, StormLength),
                    Duration = random.NextBetween(ShortestInStorm, LongestInStorm),
                    Node = node,
                    AtLeader = atLeader,
                });
            }
        }
    }

    private Fault Draw(FaultKind kind, SeededRandom random, int nodes, TimeSpan duration)
    {
        // Many faults are shorter than an election timeout, some much longer: both show what the middle does not.
        bool isLong = random.Chance(kind switch
        {
            FaultKind.HungApply or FaultKind.HungRead or FaultKind.HungCapture => 0.7,
            FaultKind.HungDisk or FaultKind.HungSnapshots => _longHangRate,
            _ => 0.2,
        });
        TimeSpan longest = isLong ? TimeSpan.FromSeconds(8) : TimeSpan.FromSeconds(1);
        int node = random.Next(nodes);
        return new Fault(
            kind,
            random.NextBetween(TimeSpan.Zero, duration),
            random.NextBetween(TimeSpan.FromMilliseconds(5), longest),
            node,
            nodes == 1 ? node : (node + 1 + random.Next(nodes - 1)) % nodes,
            random.Next(1_001) / 1_000.0,
            AtLeader: random.Chance(0.2));
    }
}
