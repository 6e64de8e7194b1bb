using Raft.Testing;

namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>The disks that a loss of power may leave.</summary>
internal static class CrashImages
{
    /// <summary>
    /// Every one of them, if they are not too many, where a file whose length was not synced has the shortest or the longest one.
    /// Otherwise a selection: nothing of what was not synced, all of it, one part only, all but one part, the first parts only, all but
    /// the first parts, and random parts with torn sectors and garbage.
    /// </summary>
    /// <param name="files">The disk, which is not changed.</param>
    /// <param name="random">Draws the selection.</param>
    /// <param name="limit">The largest number.</param>
    public static IReadOnlyList<MemoryFileSystem> Of(MemoryFileSystem files, SeededRandom random, int limit = 40)
    {
        List<MemoryFileSystem> images = [];
        EveryChoice.Run(choose => images.Add(files.PowerLoss(Extremes(choose))), limit + 1);
        return images.Count <= limit ? images : Select(files, random, limit);
    }

    private static Func<int, int> Extremes(Func<int, int> choose) => count => count > 2 ? choose(2) * (count - 1) : choose(count);

    private static List<MemoryFileSystem> Select(MemoryFileSystem files, SeededRandom random, int limit)
    {
        int parts = 0;
        MemoryFileSystem whole = files.PowerLoss(count =>
        {
            parts++;
            return count - 1;
        });
        List<MemoryFileSystem> images = [files.PowerLoss(static _ => 0), whole];
        while (images.Count < limit)
        {
            int chosen = random.Next(parts);
            images.Add((images.Count % 5) switch
            {
                0 => Keep(files, part => part == chosen),
                1 => Keep(files, part => part != chosen),
                2 => Keep(files, part => part < chosen),
                3 => Keep(files, part => part >= chosen),
                _ => files.PowerLoss(random, tearsSectors: true, leavesGarbage: true),
            });
        }

        return images;
    }

    private static MemoryFileSystem Keep(MemoryFileSystem files, Func<int, bool> isKept)
    {
        int part = 0;
        return files.PowerLoss(count => isKept(part++) ? count - 1 : 0);
    }
}
