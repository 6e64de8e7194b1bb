using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Raft.Testing;

/// <summary>
/// Another process of the program under test. .NET calls <see cref="StartupHook"/> in it before its Main, which does the task and ends
/// the process, so that Main never runs.
/// </summary>
[UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "A program in a single file has no location, which is refused.")]
internal static class MachineProcess
{
    /// <summary>The folder with the task, in the process that is to do it.</summary>
    public const string FolderVariable = "RAFT_TESTING_TASK";

    /// <summary>The file with the task, in that folder.</summary>
    public const string TaskFile = "task";
    private const string AnswerFile = "answer";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Lets another process do a task.</summary>
    /// <exception cref="OtherProcessException">It cannot be asked. The message says why.</exception>
    public static async Task<MachineAnswers> AskAsync(MachineTask task, Surroundings surroundings)
    {
        string folder = Directory.CreateTempSubdirectory("raft-testing-").FullName;
        try
        {
            Prepare(folder, task, surroundings);
            string printed = await RunAsync(Describe(FindProgram(task.Create), folder, surroundings)).ConfigureAwait(false);
            string answer = Path.Combine(folder, AnswerFile);
            if (!File.Exists(answer))
            {
                throw new OtherProcessException($"The other process gave no answer. It printed: {printed}");
            }

            using BinaryReader reader = new(File.OpenRead(answer));
            return MachineAnswers.Read(reader);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Does the task in a folder. Called in the other process, which must end even if the one that asked is gone and cannot kill it.
    /// </summary>
    /// <param name="folder">The folder with the task.</param>
    /// <param name="limit">How long to wait for the state machine; null for a minute.</param>
    /// <returns>Whether there is an answer: false if the time did not suffice.</returns>
    public static bool Serve(string folder, TimeSpan? limit = null)
    {
        MachineTask task;
        using (BinaryReader reader = new(File.OpenRead(Path.Combine(folder, TaskFile))))
        {
            task = MachineTask.Read(reader, out string culture);
            CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = OtherCultures.Find(culture);
        }

        Task<MachineAnswers> answering = Task.Run(task.RunAsync);
        if (!answering.Wait(limit ?? Limit)) // Main has not begun: there is nothing to hold up
        {
            return false;
        }

        using BinaryWriter writer = new(File.Create(Path.Combine(folder, AnswerFile)));
        answering.Result.Write(writer);
        return true;
    }

    /// <summary>Writes a task for another process.</summary>
    public static void Prepare(string folder, MachineTask task, Surroundings surroundings)
    {
        using BinaryWriter writer = new(File.Create(Path.Combine(folder, TaskFile)));
        task.Write(writer, surroundings.Culture ?? CultureInfo.CurrentCulture.Name);
    }

    private static ProcessStartInfo Describe(string program, string folder, Surroundings surroundings)
    {
        string runtime = RuntimeEnvironment.GetRuntimeDirectory(); // dotnet/shared/Microsoft.NETCore.App/10.0.0/
        string host = Path.GetFullPath(Path.Combine(runtime, "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        ProcessStartInfo start = File.Exists(host) ? new(host, ["exec", program]) : new(Path.ChangeExtension(program, null));
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        start.WorkingDirectory = surroundings.HasOtherFolder ? folder : Environment.CurrentDirectory;
        foreach (string variable in (string[])["CORECLR_ENABLE_PROFILING", "DOTNET_DiagnosticPorts", "DOTNET_gcServer"])
        {
            start.Environment.Remove(variable); // what observes this process need not observe the other one
        }

        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment[FolderVariable] = folder;
        if (surroundings.HoursFromUtc is { } hours)
        {
            string zone = Path.Combine(folder, "zone");
            File.WriteAllBytes(zone, ZoneFile.Make(hours));
            start.Environment["TZ"] = zone;
        }

        foreach ((string name, string value) in surroundings.Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task<string> RunAsync(ProcessStartInfo start)
    {
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource late = new(Limit);
        try
        {
            await process.WaitForExitAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new OtherProcessException($"The other process did not end within {Limit.TotalSeconds} s.");
        }

        return (await error.ConfigureAwait(false) + await output.ConfigureAwait(false)).Trim();
    }

    /// <summary>Finds a program that has the code of the state machine: usually the tests.</summary>
    private static string FindProgram(Delegate create)
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not null)
        {
            throw new OtherProcessException("This is such a process already: it does not start others");
        }

        Assembly?[] candidates = [create.Method.Module.Assembly, create.Method.ReturnType.Assembly, Assembly.GetEntryAssembly()];
        foreach (Assembly assembly in candidates.OfType<Assembly>().Where(static each => each.EntryPoint is not null))
        {
            string configuration = Path.ChangeExtension(assembly.Location, ".runtimeconfig.json");
            if (assembly.Location.Length > 0 && File.Exists(configuration))
            {
                return AllowsHooks(configuration)
                    ? assembly.Location
                    : throw new OtherProcessException($"{configuration} switches startup hooks off: set StartupHookSupport to true");
            }
        }

        throw new OtherProcessException("No program was found that can be started again: the code is in "
            + $"{create.Method.Module.Assembly.GetName().Name}, which has no Main or no runtimeconfig.json");
    }

    private static bool AllowsHooks(string configuration)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(configuration));
        return !document.RootElement.TryGetProperty("runtimeOptions", out JsonElement options)
            || !options.TryGetProperty("configProperties", out JsonElement properties)
            || !properties.TryGetProperty("System.StartupHookProvider.IsSupported", out JsonElement supported)
            || supported.ValueKind is not JsonValueKind.False;
    }
}
