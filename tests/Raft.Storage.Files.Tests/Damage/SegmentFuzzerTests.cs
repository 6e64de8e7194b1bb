using System.Diagnostics;
using System.Globalization;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Damage;

/// <summary>
/// Random damage to the files of a log, all of which follows from a seed. RAFT_FUZZ_SECONDS makes it run longer, and RAFT_FUZZ_SEED sets
/// the first seed.
/// </summary>
public sealed class SegmentFuzzerTests
{
    private const int DefaultSeconds = 3;
    private const long MaximumBytes = 16 << 20; // per opening, for files of 4 KiB
    private static readonly TimeSpan MaximumTime = TimeSpan.FromSeconds(5);

    private readonly RecordedLog[] _logs = [.. SmallLogs.Names.Select(static name => SmallLogs.Create(name.Data))];
    private readonly RecordedLog[] _others = [.. SmallLogs.Names.Select(static name => SmallLogs.Create(name.Data, RecordedLog.SecondStore))];

    [Fact]
    public void Opening_RandomlyDamagedFiles_GivesWhatNothingContradictsOrIsRefused()
    {
        int seconds = ReadVariable("RAFT_FUZZ_SECONDS", DefaultSeconds);
        int seed = ReadVariable("RAFT_FUZZ_SEED", 1);
        Stopwatch elapsed = Stopwatch.StartNew();
        int opened = 0;
        int refused = 0;
        for (; elapsed.Elapsed.TotalSeconds < seconds; seed++)
        {
            if (Try(seed))
            {
                opened++;
            }
            else
            {
                refused++;
            }
        }

        TestContext.Current.SendDiagnosticMessage($"Fuzzer: {opened} folders opened, {refused} refused, last seed {seed - 1}.");
        Assert.True(opened > 0 && refused > 0, $"{opened} folders were opened, and {refused} refused.");
    }

    private bool Try(int seed)
    {
        SeededRandom random = new((ulong)seed);
        RecordedLog log = _logs[random.Next(_logs.Length)];
        RecordedLog donor = _others[random.Next(_others.Length)];
        FolderImage image = log.Image;
        SegmentDamage damage = new(random, image, donor.Image);
        for (int count = 1 + random.Next(3); count > 0; count--)
        {
            damage.Inflict();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch time = Stopwatch.StartNew();
        bool isOpened = Promise.Check(log, image, $"seed {seed}");
        Assert.True(time.Elapsed < MaximumTime, $"Seed {seed}: opening took {time.Elapsed}.");
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.True(allocated < MaximumBytes, $"Seed {seed}: opening allocated {allocated} bytes.");
        return isOpened;
    }

    private static int ReadVariable(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
