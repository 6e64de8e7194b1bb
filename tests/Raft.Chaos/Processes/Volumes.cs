using System.Globalization;

namespace Raft.Chaos;

/// <summary>
/// The disks of the nodes: a small ext4 file system for each, in a file, where that is possible; otherwise a folder. Use it on the
/// <see cref="HomeThread"/> only: other threads do not see what is mounted.
/// </summary>
internal sealed class Volumes
{
    private const int Megabytes = 64;
    private const int FillerBytes = 256 * 1_024;

    private readonly string _folder;

    private Volumes(string folder, string? problem)
    {
        (_folder, WhyNotSmall) = (folder, problem);
    }

    /// <summary>Why the volumes are folders of a disk that is not small; null if they are small.</summary>
    public string? WhyNotSmall { get; }

    /// <summary>Makes the volumes, small ones where that is possible.</summary>
    public static Volumes Create(string folder, IReadOnlyList<string> nodes)
    {
        CreateFolders(folder, nodes);
        return new Volumes(folder, Mount(folder, nodes));
    }

    /// <summary>Makes the volumes as folders of one disk.</summary>
    public static Volumes CreateFolders(string folder, IReadOnlyList<string> nodes)
    {
        foreach (string node in nodes)
        {
            Directory.CreateDirectory(Path.Combine(folder, node));
        }

        return new Volumes(folder, "the arguments say so");
    }

    /// <summary>The folder of a node's storage.</summary>
    public string FolderOf(string node) => Path.Combine(_folder, node, "data");

    /// <summary>Fills the volume of a node to the last byte.</summary>
    public void Fill(string node)
    {
        byte[] filler = new byte[FillerBytes];
        using FileStream file = new(FillerOf(node), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(filler);
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>Frees what <see cref="Fill"/> took.</summary>
    public void Free(string node) => File.Delete(FillerOf(node));

    /// <summary>Lets the volume of a node hang.</summary>
    public HungDisk Hang(string node) => HungDisk.Begin(Path.Combine(_folder, node));

    /// <summary>Empties the volume of a node.</summary>
    public void Empty(string node) => Directory.Delete(FolderOf(node), recursive: true);

    /// <summary>Ends the mounts, when no process uses them any more.</summary>
    public void Unmount()
    {
        foreach (string node in WhyNotSmall is null ? Directory.GetDirectories(_folder) : [])
        {
            Command.Run("umount", node);
        }
    }

    /// <summary>How many bytes the files of a node's storage have.</summary>
    public long BytesOf(string node)
    {
        try
        {
            return new DirectoryInfo(FolderOf(node)) is { Exists: true } folder ? folder.EnumerateFiles().Sum(LengthOf) : 0;
        }
        catch (DirectoryNotFoundException)
        {
            return 0; // emptied meanwhile
        }
    }

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0; // renamed or deleted meanwhile
        }
    }

    /// <summary>Copies all storages to a folder that outlives the mounts.</summary>
    public void CopyTo(string folder)
    {
        Command.Run("cp", "-a", _folder, folder);
    }

    private static string? Mount(string folder, IReadOnlyList<string> nodes)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "only root can mount a file system";
        }

        if (!Libc.TryUnshareMounts())
        {
            return "this process may not have mounts of its own";
        }

        List<string> mounted = [];
        try
        {
            Command.Run("mount", "--make-rprivate", "/");
            Command.Run("fsfreeze", "--version");
            foreach (string node in nodes)
            {
                string image = Path.Combine(folder, $"{node}.img");
                Command.Run("truncate", "-s", string.Create(CultureInfo.InvariantCulture, $"{Megabytes}M"), image);
                Command.Run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image);
                Command.Run("mount", "-o", "loop", image, Path.Combine(folder, node));
                mounted.Add(Path.Combine(folder, node));
                File.Delete(image); // the mount keeps it, and nothing is left of it afterwards
            }

            return null;
        }
        catch (IOException exception)
        {
            mounted.ForEach(static mount => Command.Run("umount", mount));
            return exception.Message;
        }
    }

    private string FillerOf(string node) => Path.Combine(_folder, node, "filler");
}
