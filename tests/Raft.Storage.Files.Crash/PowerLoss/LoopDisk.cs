using System.Globalization;

namespace Raft.Storage.Files.Crash;

/// <summary>
/// A disk in a file, with an ext4 file system that writes nothing by itself for a long time, so that only what is synced reaches the disk.
/// </summary>
/// <remarks>
/// The file of the disk is on a file system of its own, which is frozen while the file is copied. So the copy is what the disk had at one
/// moment, even in the middle of a sync, as a loss of power would leave it.
/// </remarks>
internal sealed class LoopDisk : IDisposable
{
    private const int DiskMegabytes = 96;
    private const int HostMegabytes = 400;
    private const string WritesNothingByItself = "commit=3600"; // seconds

    private readonly string _work;
    private readonly string _host;
    private readonly string _disk;
    private string _image;
    private int _images; // a new file for each: a loop device may remember what an old one had

    /// <summary>Makes the disk and mounts it.</summary>
    /// <exception cref="SkippedException">This is not possible here.</exception>
    public LoopDisk(string work)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            throw new SkippedException("Loop devices can be mounted only on Linux, by root.");
        }

        _work = work;
        _host = Directory.CreateDirectory(Path.Combine(work, "host")).FullName;
        _disk = Directory.CreateDirectory(Path.Combine(work, "disk")).FullName;
        _image = Path.Combine(_host, "disk-0.img");
        try
        {
            string host = Path.Combine(work, "host.img");
            MakeFileSystem(host, HostMegabytes);
            Commands.Run("mount", "-o", "loop", host, _host);
            MakeFileSystem(_image, DiskMegabytes);
            Mount();
        }
        catch (CommandFailedException exception)
        {
            Dispose();
            throw new SkippedException(exception.Message);
        }
    }

    /// <summary>The folder in which the file system of the disk is mounted.</summary>
    public string Folder => _disk;

    /// <summary>Copies what the disk has now, not what the file system shows.</summary>
    /// <returns>The path of the copy.</returns>
    public string Copy()
    {
        string copy = NewImage(_work);
        Commands.Run("fsfreeze", "--freeze", _host);
        try
        {
            Commands.Run("cp", "--sparse=always", _image, copy);
        }
        finally
        {
            Commands.Run("fsfreeze", "--unfreeze", _host);
        }

        return copy;
    }

    /// <summary>Mounts a copy of a copy, as the disk is mounted when the power returns, and uses it.</summary>
    public async Task<T> UseCopyAsync<T>(string copy, Func<string, Task<T>> use)
    {
        string image = NewImage(_work);
        Commands.Run("cp", "--sparse=always", copy, image);
        string folder = Directory.CreateDirectory(Path.Combine(_work, "mounted")).FullName;
        Commands.Run("mount", "-o", "loop", image, folder);
        try
        {
            return await use(folder);
        }
        finally
        {
            Commands.Run("umount", folder);
            File.Delete(image);
        }
    }

    /// <summary>Makes a copy the disk, and mounts it. What the disk has had since is lost.</summary>
    public void Restore(string copy)
    {
        Commands.Run("umount", _disk);
        File.Delete(_image);
        _image = NewImage(_host);
        Commands.Run("cp", "--sparse=always", copy, _image);
        Mount();
    }

    public void Dispose()
    {
        foreach (string folder in new[] { _disk, _host })
        {
            try
            {
                Commands.Run("umount", folder);
            }
            catch (CommandFailedException)
            {
                // It was not mounted.
            }
        }
    }

    private static void MakeFileSystem(string image, int megabytes)
    {
        Commands.Run("truncate", "-s", string.Create(CultureInfo.InvariantCulture, $"{megabytes}M"), image);
        Commands.Run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image);
    }

    private string NewImage(string folder) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"disk-{++_images}.img"));

    private void Mount() => Commands.Run("mount", "-o", "loop," + WritesNothingByItself, _image, _disk);
}
