using Raft.Testing;

namespace Raft.Storage.Files.Tests.Simulated;

/// <content>What another process finds after this one was killed, or after a loss of power.</content>
internal sealed partial class MemoryFileSystem
{
    /// <summary>
    /// Called within each operation, when any part of it may have reached the disk. A test may take the images of a crash there, and call
    /// nothing else.
    /// </summary>
    public Action? AtOperation { get; set; }

    /// <summary>Makes a disk as it may be after a loss of power now. This one is not changed.</summary>
    /// <param name="choose">Chooses what survives: returns 0 or more, below the number that it is given. 0 is what was synced.</param>
    /// <param name="tearsSectors">Whether a sector may be written in part.</param>
    /// <param name="leavesGarbage">
    /// Whether sectors that a file has never had on the disk may contain what a deleted file had there, and not zeros.
    /// </param>
    public MemoryFileSystem PowerLoss(Func<int, int> choose, bool tearsSectors = false, bool leavesGarbage = false)
    {
        lock (_monitor)
        {
            MemoryFile? garbage = leavesGarbage ? _deleted : null;
            NameTable names = _names.AfterPowerLoss(choose, Once(file => file.AfterPowerLoss(choose, tearsSectors, garbage)));
            return new MemoryFileSystem(names, _deleted);
        }
    }

    /// <summary>
    /// Makes a disk as it may be after a loss of power now: with nothing that was not synced, with all of it, or with a part.
    /// </summary>
    /// <param name="random">Draws what survives.</param>
    /// <param name="tearsSectors">Whether a sector may be written in part.</param>
    /// <param name="leavesGarbage">As above.</param>
    public MemoryFileSystem PowerLoss(SeededRandom random, bool tearsSectors = false, bool leavesGarbage = false)
    {
        double rate = new[] { 0, 0.1, 0.5, 0.9, 1 }[random.Next(5)];
        return PowerLoss(count => random.Chance(rate) ? 1 + random.Next(count - 1) : 0, tearsSectors, leavesGarbage);
    }

    /// <summary>
    /// Makes the same disk, with everything that was not synced, as another process finds it after this one was killed. This one is not
    /// changed.
    /// </summary>
    public MemoryFileSystem Kill()
    {
        lock (_monitor)
        {
            return new MemoryFileSystem(_names.Copy(Once(static file => new MemoryFile(file))), _deleted);
        }
    }

    /// <summary>Converts each file once, whatever number of names it has.</summary>
    private static Func<MemoryFile, MemoryFile> Once(Func<MemoryFile, MemoryFile> convert)
    {
        Dictionary<MemoryFile, MemoryFile> converted = [];
        return file =>
        {
            if (!converted.TryGetValue(file, out MemoryFile? result))
            {
                converted[file] = result = convert(file);
            }

            return result;
        };
    }
}
