using System.Globalization;

namespace Raft.Chaos;

/// <summary>The folder of a run, which is kept if something was found.</summary>
internal sealed class RunFolder
{
    private const int StepsWritten = 200;

    private readonly Arguments _arguments;

    private RunFolder(Arguments arguments, string path)
    {
        (_arguments, Path) = (arguments, path);
    }

    public string Path { get; }

    /// <summary>What the nodes print.</summary>
    public string Logs => System.IO.Path.Combine(Path, "logs");

    /// <summary>The volumes of the nodes.</summary>
    public string Nodes => System.IO.Path.Combine(Path, "nodes");

    public string Certificates => System.IO.Path.Combine(Path, "certificates");

    /// <summary>Creates a new folder.</summary>
    public static RunFolder Create(Arguments arguments)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"seed-{arguments.Seed}-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}");
        RunFolder folder = new(arguments, System.IO.Path.GetFullPath(System.IO.Path.Combine(arguments.Output, name)));
        Directory.CreateDirectory(folder.Logs);
        Directory.CreateDirectory(folder.Nodes);
        return folder;
    }

    /// <summary>Adds what is needed to understand a failure. On the <see cref="HomeThread"/> only.</summary>
    public void Keep(Volumes volumes)
    {
        volumes.CopyTo(System.IO.Path.Combine(Path, "folders"));
        Schedule schedule = new(_arguments.Seed, volumes.WhyNotSmall is null, _arguments.Faults);
        File.WriteAllLines(
            System.IO.Path.Combine(Path, "schedule.txt"), Enumerable.Range(0, StepsWritten).Select(_ => schedule.Next().ToString()));
        File.WriteAllText(System.IO.Path.Combine(Path, "command.txt"), _arguments.Command + "\n");
        Console.WriteLine($"Kept in {Path}: the folders of the nodes, what they printed, histories that are wrong, and the schedule.");
        Console.WriteLine($"Repeat the schedule with: {_arguments.Command}");
    }

    public void Delete() => Directory.Delete(Path, recursive: true);
}
