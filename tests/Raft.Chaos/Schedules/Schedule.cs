using Raft.Testing;

namespace Raft.Chaos;

/// <summary>
/// The faults of a run, in their order: the same for the same seed. Kinds are dealt like cards from a deck that is shuffled again when it is
/// empty, so that a short run has every kind too.
/// </summary>
internal sealed class Schedule
{
    private const int ShortestPause = 100; // milliseconds
    private const int LongestPause = 1_000;
    private const int ShortestDuration = 200;
    private const int LongestDuration = 1_800;
    private const int LongDuration = 5_000;
    private const int LongOf = 8; // one of so many lasts long
    private const int CompanionOf = 3; // of this many faults of the network, one is combined with one of a process

    /// <summary>How many cards of each kind a deck has.</summary>
    private static readonly (FaultKind Kind, int Cards)[] Deck =
    [
        (FaultKind.Kill, 5),
        (FaultKind.KillAll, 1),
        (FaultKind.Pause, 4),
        (FaultKind.Restart, 3),
        (FaultKind.RollingRestart, 1),
        (FaultKind.Isolate, 5),
        (FaultKind.Minority, 2),
        (FaultKind.Mute, 2),
        (FaultKind.Deaf, 2),
        (FaultKind.Bridge, 2),
        (FaultKind.Flapping, 2),
        (FaultKind.Delay, 1),
        (FaultKind.Throttle, 2),
        (FaultKind.Reset, 4),
        (FaultKind.FullDisk, 1),
        (FaultKind.HungDisk, 2),
        (FaultKind.HungDisks, 1),
        (FaultKind.LostVolume, 1),
    ];

    private static readonly FaultKind[] NeedSmallVolumes = [FaultKind.FullDisk, FaultKind.HungDisk, FaultKind.HungDisks];

    private static readonly FaultKind[] Companions = [FaultKind.Kill, FaultKind.Pause, FaultKind.Reset];

    private readonly SeededRandom _random;
    private readonly FaultKind[] _deck;
    private readonly Stack<FaultKind> _cards = new();
    private int _number;

    /// <param name="seed">The seed.</param>
    /// <param name="hasSmallVolumes">Whether disks can be full, or hang.</param>
    /// <param name="kinds">The kinds of faults that strike; empty for all.</param>
    /// <exception cref="ArgumentException">None of the kinds is possible.</exception>
    public Schedule(long seed, bool hasSmallVolumes, IReadOnlyList<FaultKind> kinds)
    {
        _random = new SeededRandom((ulong)seed);
        _deck =
        [
            .. Deck.Where(each => kinds.Count == 0 || kinds.Contains(each.Kind))
                .Where(each => hasSmallVolumes || !NeedSmallVolumes.Contains(each.Kind))
                .SelectMany(static each => Enumerable.Repeat(each.Kind, each.Cards)),
        ];
        if (_deck.Length == 0)
        {
            throw new ArgumentException($"None of these faults is possible here: {string.Join(',', kinds)}.", nameof(kinds));
        }
    }

    /// <summary>The next faults. There is no end.</summary>
    public ScheduleStep Next()
    {
        FaultKind kind = Deal();
        TimeSpan pause = TimeSpan.FromMilliseconds(Between(ShortestPause, LongestPause));
        TimeSpan duration = TimeSpan.FromMilliseconds(
            _random.Next(LongOf) == 0 ? Between(LongestDuration, LongDuration) : Between(ShortestDuration, LongestDuration));
        List<Fault> faults = [Draw(kind)];
        if (kind is >= FaultKind.Isolate and <= FaultKind.Throttle && _random.Next(CompanionOf) == 0)
        {
            faults.Add(Draw(Companions[_random.Next(Companions.Length)]));
        }

        return new ScheduleStep(++_number, pause, duration, faults);
    }

    private FaultKind Deal()
    {
        if (_cards.Count == 0)
        {
            FaultKind[] cards = [.. _deck];
            for (int i = cards.Length - 1; i > 0; i--)
            {
                int other = _random.Next(i + 1);
                (cards[i], cards[other]) = (cards[other], cards[i]);
            }

            Array.ForEach(cards, _cards.Push);
        }

        return _cards.Pop();
    }

    private Fault Draw(FaultKind kind) => new(
        kind,
        _random.Next(2) == 0 ? FaultTarget.Leader : FaultTarget.Follower,
        _random.Next(64),
        _random.Next(2) == 0,
        kind == FaultKind.Delay ? Between(5, 60) : Between(64, 1_024));

    private int Between(int least, int most) => least + _random.Next(most - least + 1);
}
