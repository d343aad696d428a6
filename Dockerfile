# The gateway's image: no shell, no package manager, not root. Built and published here; a test runs the same publish command.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/ src/
RUN dotnet publish src/UltraAI.Gateway/UltraAI.Gateway.csproj -c Release -a $TARGETARCH --self-contained false -p:PublishReadyToRun=true -p:UseAppHost=false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app ./
ENV ASPNETCORE_HTTP_PORTS=8080
EXPOSE 8080
USER $APP_UID
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["dotnet", "UltraAI.Gateway.dll", "health"]
ENTRYPOINT ["dotnet", "UltraAI.Gateway.dll"]
