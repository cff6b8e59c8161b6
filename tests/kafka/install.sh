#!/usr/bin/env bash
# Fetches the Apache Kafka brokers that the tests run, from Maven Central, into build/kafka/VERSION/lib. Does nothing
# where they are.
set -euo pipefail
cd "$(dirname "$0")/../.."

bash conf/install-packages.sh default-jre-headless maven

for project in tests/kafka/kafka-*.xml; do
  version=${project##*/kafka-}
  version=${version%.xml}
  folder=build/kafka/$version
  cmp -s "$project" "$folder/fetched" && continue
  echo "fetching Apache Kafka $version"
  rm -rf "$folder"
  mkdir -p "$folder"
  if ! mvn --batch-mode --quiet --file "$project" \
      org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DincludeScope=runtime \
      -DoutputDirectory="$PWD/$folder/lib" >"$folder/fetch.log" 2>&1; then
    grep -m1 ERROR "$folder/fetch.log" >&2 || true
    echo "tests/kafka/install.sh: Apache Kafka $version cannot be fetched from Maven Central (its whole say: $folder/fetch.log)" >&2
    exit 1
  fi
  cp "$project" "$folder/fetched"
done
