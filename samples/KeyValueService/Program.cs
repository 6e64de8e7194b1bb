// A key-value store over HTTP. README.md has the commands.
//
//   dotnet run --project samples/KeyValueService                              three nodes in this process, in memory
//   dotnet run --project samples/KeyValueService -- --local 3 --data data     three processes, with their logs in files
//   dotnet run --project samples/KeyValueService -- --node n1 ...             one node of a cluster on several machines

using KeyValueService;
using KeyValueService.Local;
using KeyValueService.Server;
using Microsoft.Extensions.Options;
using Raft;

try
{
    CommandLine.Check(args);
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
    {
        Args = args,
        ContentRootPath = AppContext.BaseDirectory, // where appsettings.json is
    });
    IConfigurationRoot given = new ConfigurationBuilder().AddCommandLine(args, CommandLine.Switches).Build();
    if ((given[ServerSettings.FileKey] ?? builder.Configuration[ServerSettings.FileKey]) is { } file)
    {
        builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
        builder.Configuration.AddEnvironmentVariables();
    }

    builder.Configuration.AddCommandLine(args, CommandLine.Switches);
    if (builder.Configuration[ServerSettings.LocalKey] is not null)
    {
        return await LocalCluster.RunAsync(LocalSettings.Read(builder.Configuration, args));
    }

    await (ServerSettings.AreIn(builder.Configuration)
        ? NodeHost.RunAsync(builder, ServerSettings.Read(builder.Configuration))
        : OneProcess.RunAsync(builder));
    return 0;
}
catch (InvalidSettingsException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
catch (Exception exception) when (exception is RaftException or OptionsValidationException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return AddressInUse.IsCauseOf(exception) ? AddressInUse.ExitCode : 1;
}
